"""The open index as pages: any domain one types, its authority, its links. It reads files; it has no rows."""
