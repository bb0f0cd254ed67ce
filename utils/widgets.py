"""Live controls. Each first draws a static figure, so that nothing is lost where no kernel runs.

Only what ipywidgets 7 and 8 have in common is used.
"""

import ipywidgets
from IPython.display import clear_output, display

from utils import plots


def reorder_words(sentences, score, *, title, xlabel):
    """Move the words of a sentence and watch the scores. First draws the scores of all ``sentences``.

    sentences  texts made of the same words; the live one starts as the first
    score      function from a text to {model: number}

    The control is a row of buttons (a click moves that word one place to the left, the first one to the end) above
    the figure of the current order.
    """
    plots.orders({sentence: score(sentence) for sentence in sentences}, title=title, xlabel=xlabel)

    words = sentences[0].split()
    buttons = [ipywidgets.Button(tooltip="move one place to the left", layout={"width": "auto"}) for _ in words]
    figure = ipywidgets.Output()

    def draw():
        for button, word in zip(buttons, words, strict=True):
            button.description = word
        with figure:
            clear_output(wait=True)
            sentence = " ".join(words)
            plots.orders({sentence: score(sentence)}, title="Your order", xlabel=xlabel)

    def move(button):
        place = buttons.index(button)
        word = words.pop(place)
        words.insert(place - 1 if place else len(words), word)
        draw()

    for button in buttons:
        button.on_click(move)
    draw()
    display(ipywidgets.VBox([ipywidgets.HBox(buttons), figure]))
