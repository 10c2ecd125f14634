"""The next listing that begins is found without a look at all that are live."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_listing_begins", "listing", ["publish_at"])


def downgrade() -> None:
    op.drop_index("ix_listing_begins", "listing")
