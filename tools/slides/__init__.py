"""Slides of a demo, one HTML file that needs no network: `python -m tools.slides LESSON TRACK`.

nbconvert makes them with reveal.js; figures, code and reveal.js itself stand inside the file. The file is made from the
demo as it was built: nothing is run. The key S opens the instructor's notes in a second window.
"""
