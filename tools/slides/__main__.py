import sys

from tools.slides.export import main

sys.exit(main())
