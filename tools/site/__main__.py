"""Build the site from the committed notebooks, without running them: `python -m tools.site`."""

import sys

from tools.site.build import main

sys.exit(main())
