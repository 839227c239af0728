"""Messages of answers that a server broke off when it stopped."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let stored messages be whole."""
    op.add_column("messages", sa.Column("interrupted", sa.String(64)))


def downgrade() -> None:
    """Forget which are not."""
    with op.batch_alter_table("messages") as messages:
        messages.drop_column("interrupted")
