"""Indexes that answer alone: live listings by organisation, and the sitemap.

Rows of listings are long, so that looking into each of a hundred thousand takes seconds.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_organisation_id")
        batch_op.drop_index("ix_listing_live")
        batch_op.create_index(
            "ix_listing_live",
            ["status", "ends_at", "publish_at", "updated_at", "id", "slug_front"],
        )
        batch_op.create_index(
            "ix_listing_of_organisation",
            ["organisation_id", "status", "ends_at", "publish_at", "updated_at"],
        )


def downgrade() -> None:
    with op.batch_alter_table("listing", schema=None) as batch_op:
        batch_op.drop_index("ix_listing_of_organisation")
        batch_op.drop_index("ix_listing_live")
        batch_op.create_index("ix_listing_live", ["status", "ends_at", "publish_at"])
        batch_op.create_index("ix_listing_organisation_id", ["organisation_id"])
