"""Voices of the speech synthesiser eSpeak NG, which the optional package espeakng-loader brings along.

Imported only when it is asked for. Linux, macOS and Windows have wheels of it; where there is none, use
`utils.datasets.voices_tones`, which has the same names. eSpeak NG stands under the GPL 3: it is called, not copied.

Its hum goes on from call to call, where nothing can reset it: what is said twice differs by less than one can hear. A
process that says the same things in the same order gets the same sounds.
"""

import ctypes

import espeakng_loader
import numpy as np

NAME = "eSpeak NG"
RATE = 22_050  # samples a second of everything that eSpeak NG returns
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TRAIN = (
    "en-us",
    "en-us+f2",
    "en-us+m3",
    "en-us+m7",
    "en-us+f4",
    "en-gb-scotland",
    "en-gb-scotland+f3",
    "en-gb-x-rp",
    "en-gb-x-rp+f1",
    "en-029+m1",
)
TEST = ("en-us+m4", "en-us+f5", "en-gb-x-gbclan", "en-gb-x-gbclan+f4", "en-us-nyc+m2")

_SYNCHRONOUS, _SPEED, _PITCH, _UTF8 = 2, 1, 3, 1  # numbers of speak_lib.h
_library = ctypes.CDLL(espeakng_loader.get_library_path())
_pieces = []


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
def _collect(wave, samples, _events):
    if wave and samples > 0:
        _pieces.append(np.ctypeslib.as_array(wave, shape=(samples,)).copy())
    return 0


_library.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
_library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
_library.espeak_Synth.argtypes = [
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_uint,
    ctypes.c_int,
    ctypes.c_uint,
    ctypes.c_uint,
    ctypes.c_void_p,
    ctypes.c_void_p,
]
if _library.espeak_Initialize(_SYNCHRONOUS, 0, espeakng_loader.get_data_path().encode(), 0) != RATE:
    raise ImportError("eSpeak NG did not start: reinstall espeakng-loader")
_library.espeak_SetSynthCallback(_collect)


def speak(digits, voice, *, words_per_minute=220, pitch=50) -> np.ndarray:
    """The sound of some digits, such as "407", between -1 and 1: (samples,).

    Raises ValueError for an unknown voice or what is no digit.
    """
    if not digits or not set(digits) <= set("0123456789"):
        raise ValueError(f"expected digits, such as '407', got {digits!r}")
    _pieces.clear()
    _library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # else its noise differs from run to run
    if _library.espeak_SetVoiceByName(voice.encode()) != 0:
        raise ValueError(f"eSpeak NG has no voice {voice!r}; the course's voices are {', '.join(TRAIN + TEST)}")
    _library.espeak_SetParameter(_SPEED, int(words_per_minute), 0)
    _library.espeak_SetParameter(_PITCH, int(pitch), 0)
    text = " ".join(WORDS[int(digit)] for digit in digits).encode() + b"\0"
    _library.espeak_Synth(text, len(text), 0, 1, 0, _UTF8, None, None)
    _library.espeak_Synchronize()
    return np.concatenate(_pieces) / 32_768
