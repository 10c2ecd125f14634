"""Listings with the same title, in capitals or not, are found without a look at all that are live."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_listing_of_title", "listing", [sa.text("lower(title)"), "status"])


def downgrade() -> None:
    op.drop_index("ix_listing_of_title", "listing")
