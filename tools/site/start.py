"""What the start page shows that is made from the lessons: the map, and an unrolled network whose state moves on."""

from html import escape

from tools.length import minutes
from tools.lesson import TRACKS, lesson_names, read

WORDS = ("a", "little", "green", "house")


def lesson_map() -> str:
    """The lessons in two lists, each with its minutes and the lessons that it needs, as HTML."""
    lessons = [read(name) for name in lesson_names() if name[0].isdigit()]
    halves = {"The core": lessons[:11], "Applications": lessons[11:]}
    return "\n".join(
        f'<h3>{title}</h3>\n<ul class="lesson-map {title.split()[-1].lower()}">\n{"".join(map(_entry, half))}</ul>'
        for title, half in halves.items()
    )


def _entry(lesson):
    needs = f", needs {' '.join(sorted(lesson.needs))}" if lesson.needs else ""
    link = f'<a href="notebooks/{TRACKS[0]}/{lesson.name}.html">{lesson.number} · {escape(lesson.title)}</a>'
    return f"<li>{link}<small>{minutes(lesson, TRACKS[0])[0]} minutes{needs}</small></li>\n"


def unrolled() -> str:
    """An RNN over four words, as SVG: the state goes from block to block, and the last block answers."""
    parts = []
    for step, word in enumerate(WORDS):
        middle = 52 + 94 * step
        parts.append(
            f'<path class="line" d="M{middle} 134v-28M{middle + 30} 80h34"/>'
            f'<rect class="block" x="{middle - 30}" y="54" width="60" height="52" rx="8"/>'
            f'<circle class="state" style="--step:{step}" cx="{middle}" cy="80" r="15"/>'
            f'<text x="{middle}" y="154">{word}</text>'
        )
    parts.append(f'<path class="line" d="M{middle} 54v-26"/><text x="{middle}" y="20">answer</text>')
    label = f"The same block reads {', '.join(WORDS)}; its state goes on from word to word, and the last one answers."
    return f'<svg class="unrolled" viewBox="0 0 400 164" role="img" aria-label="{label}">{"".join(parts)}</svg>'


PARTS = {"<!-- map -->": lesson_map, "<!-- unrolled -->": unrolled}
