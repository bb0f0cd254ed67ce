"""Films as arrays: (films, frames, height, width, channels)."""

import numpy as np


def stack_films(films) -> np.ndarray:
    """One float32 array (films, frames, height, width, channels) of films that are lists of frames.

    A frame is (height, width), with one channel, or (height, width, channels). Raises ValueError that names the film
    and the frame if there is nothing to stack, a frame is no picture, or frames or films differ in size.
    """
    films = [[_picture(frame, f"film {k}, frame {t}") for t, frame in enumerate(film)] for k, film in enumerate(films)]
    if not films or not all(films):
        empty = next((f"film {k} has no frame" for k, film in enumerate(films) if not film), "got no film")
        raise ValueError(f"expected films of at least one frame, but {empty}")
    first = films[0][0].shape
    for k, film in enumerate(films):
        for t, frame in enumerate(film):
            if frame.shape != first:
                raise ValueError(
                    f"film {k}, frame {t} is {_size(frame.shape)}, but film 0, frame 0 is {_size(first)}: "
                    f"cut or scale all frames to one size"
                )
        if len(film) != len(films[0]):
            raise ValueError(
                f"film {k} has {len(film)} frames, but film 0 has {len(films[0])}: "
                f"cut all films to one length, or give those of each length apart"
            )
    return np.array(films, dtype=np.float32)


def _picture(frame, name):
    frame = np.asarray(frame)
    if frame.ndim not in (2, 3) or 0 in frame.shape:
        raise ValueError(
            f"expected a picture (height, width) or (height, width, channels), but {name} is {frame.shape}"
        )
    return frame if frame.ndim == 3 else frame[:, :, None]


def _size(shape):
    height, width, channels = shape
    return f"{height} × {width} with {channels} channel{'s' if channels > 1 else ''}"
