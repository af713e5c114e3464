"""`python -m linkstead.cli` is the command line, too."""

import sys

from linkstead.cli import main

sys.exit(main())
