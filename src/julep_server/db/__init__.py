"""The database: tables, migrations, and the engine that runs transactions in threads."""
