"""From a sound to frames: a wave (samples,) becomes a table (frames, bands) of how loud each band is. NumPy only.

Windows are given in seconds, so any rate of samples will do, as long as it reaches the highest band.
"""

import wave as wav

import numpy as np

HOP, WINDOW = 0.025, 0.032  # seconds from frame to frame, and how much of the sound a frame looks at
BANDS, LOWEST, HIGHEST = 20, 100, 3_800  # Hz: what a telephone lets through, so that recordings of 8 kHz fit, too


def log_mel(wave, rate) -> np.ndarray:
    """The log-mel spectrogram of a sound: (frames, bands), natural logarithms of power.

    wave  (samples,) between -1 and 1, one channel, at least one window long
    rate  samples a second, at least twice the highest band

    The bands are triangles of equal width on the mel scale, on which equal steps sound equally far apart. Raises
    ValueError for several channels, too few samples or too low a rate.
    """
    wave = _one_channel(np.asarray(wave, dtype=float))
    if rate < 2 * HIGHEST:
        raise ValueError(f"expected at least {2 * HIGHEST:,} samples a second, got {rate:,}: record at 8,000 or more")
    hop, width = int(HOP * rate), int(WINDOW * rate)
    if len(wave) < width:
        raise ValueError(f"expected a sound of {width:,} samples ({WINDOW * 1000:.0f} ms) or more, got {len(wave):,}")
    window, size = np.hanning(width), 512 * (1 + rate // 16_000)
    frames = wave[np.arange(0, len(wave) - width + 1, hop)[:, None] + np.arange(width)]
    power = np.abs(np.fft.rfft(frames * window, n=size)) ** 2 / window.sum() ** 2
    filters = _mel_filters(np.fft.rfftfreq(size, 1 / rate))
    return np.log(power @ (filters / filters.sum(axis=0)) + 1e-8).astype(np.float32)


def record(wave, rate, seconds, rng, *, noise=(20, 40)) -> np.ndarray:
    """A recording of fixed length with the sound somewhere in it, and some noise: (seconds · rate,).

    noise  how many decibels the noise is softer than the sound: drawn between these two

    Raises ValueError if the sound is longer than the recording.
    """
    samples = int(seconds * rate)
    if len(wave) > samples:
        raise ValueError(f"expected a sound of at most {seconds} s, got {len(wave) / rate:.2f} s: make it shorter")
    recording = np.zeros(samples)
    start = rng.integers(0, samples - len(wave) + 1)
    recording[start : start + len(wave)] = wave
    loudness = np.sqrt((wave**2).mean())
    return recording + rng.normal(size=samples) * loudness * 10 ** (-rng.uniform(*noise) / 20)


def trim(wave, *, share=0.02) -> np.ndarray:
    """The sound without the silence at both ends: what is softer than ``share`` of its loudest sample.

    Raises ValueError if nothing is to be heard.
    """
    if not np.any(wave):
        raise ValueError("expected a sound, got silence: is the microphone on?")
    loud = np.flatnonzero(np.abs(wave) > share * np.abs(wave).max())
    return wave[loud[0] : loud[-1] + 1]


def rate_of(path) -> int:
    """How many samples a second a WAV file has. Raises ValueError for a file that is no WAV."""
    return _read(path)[2]


def read_wav(path, *, rate) -> np.ndarray:
    """The samples of a WAV file of 16 bits, between -1 and 1: (samples,).

    rate  samples a second that are expected. Raises ValueError for another rate, several channels, other than 16 bits,
          or a file that is no WAV.
    """
    channels, width, found, samples = _read(path)
    if width != 2:
        raise ValueError(f"{path}: expected 16 bits a sample, got {8 * width}: save it as WAV, 16 bits")
    wave = np.frombuffer(samples, dtype="<i2").reshape(-1, channels) / 32_768
    if found != rate:
        raise ValueError(
            f"{path}: expected {rate:,} samples a second, got {found:,}: convert it, "
            f"as with scipy.signal.resample_poly(wave, {rate}, {found})"
        )
    return _one_channel(wave[:, 0] if channels == 1 else wave)


def _read(path):
    """Channels, bytes a sample, samples a second, and the samples as bytes."""
    try:
        with wav.open(str(path), "rb") as file:
            samples = file.readframes(file.getnframes())
            return file.getnchannels(), file.getsampwidth(), file.getframerate(), samples
    except (wav.Error, EOFError) as error:
        raise ValueError(
            f"{path} is not a WAV file ({str(error) or 'it is cut off'}): save it as WAV, 16 bits"
        ) from None


def _one_channel(wave):
    if wave.ndim != 1:
        raise ValueError(
            f"expected one channel, (samples,), got shape {wave.shape}: average them with wave.mean(axis=1)"
        )
    return wave


def _mel_filters(frequencies):
    """Triangles of equal width on the mel scale: (frequencies, bands)."""
    edges = np.linspace(_mel(LOWEST), _mel(HIGHEST), BANDS + 2)
    position = _mel(frequencies)[:, None]
    up = (position - edges[:-2]) / (edges[1:-1] - edges[:-2])
    down = (edges[2:] - position) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(up, down))


def _mel(hertz):
    return 2595 * np.log10(1 + np.asarray(hertz) / 700)
