"""Files as documents: what is read of them, and how a folder is compared with stored documents."""
