"""Write the cheat sheet to print: `python -m tools.cheat_sheet` makes teaching/cheat_sheet.pdf, one A4 page."""

import sys

from tools.files import ROOT
from utils.cheat_sheet_page import save_pdf

PDF = ROOT / "teaching" / "cheat_sheet.pdf"


def main() -> int:
    PDF.parent.mkdir(exist_ok=True)
    save_pdf(PDF)
    print(f"{PDF.relative_to(ROOT)} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
