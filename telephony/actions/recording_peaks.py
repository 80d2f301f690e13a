"""A recording is drawn once, by the server, and the drawing kept as long as the sound."""

from telephony.actions.sound_alarms import open_sound
from telephony.models import Recording, RecordingPeaks
from telephony.recording.drawing import Drawn, NotDrawable, draw
from telephony.vault.errors import SoundDeleted


def drawn(recording: Recording) -> Drawn:
    """Of a file that is no wave, nothing. Raises SoundMissing, SoundTampered, SoundOutOfReach."""
    try:
        sound = open_sound(recording)
    except SoundDeleted:
        RecordingPeaks.objects.filter(recording=recording).delete()
        raise
    kept = RecordingPeaks.objects.filter(recording=recording).first()
    if kept is not None:
        return Drawn(bytes(kept.left), bytes(kept.right))
    try:
        made = draw(sound.read(0, sound.size), sound.size)
    except NotDrawable:
        made = Drawn(b"", b"")
    RecordingPeaks.objects.get_or_create(
        recording=recording, defaults={"left": made.left, "right": made.right}
    )
    return made
