"""Which probes suit the rows that something was trained on, in their order."""

from collections.abc import Generator, Iterator, Sequence

from playground.finetuning.preparation.rows import Row, TrainingRow
from playground.finetuning.probes.bias import probe_bias
from playground.finetuning.probes.calibration import probe_calibration
from playground.finetuning.probes.figures import ProbeResult, ProbeStep
from playground.finetuning.probes.forgetting import probe_forgetting
from playground.finetuning.probes.memorisation import can_be_memorised, probe_memorisation
from playground.finetuning.probes.reader import Reader

Probe = Generator[ProbeStep, None, ProbeResult]
FEWEST, LONGEST = 8, 60  # rows that calibration needs, and characters of answers that are right or wrong


def probes_for(before: Reader, after: Reader, trained: Sequence[Row], unseen: Sequence[Row]) -> Iterator[Probe]:
    """Forgetting and bias always; calibration where unseen rows have short answers, memorisation where both kinds of
    rows have long ones."""
    yield probe_forgetting(before, after)
    yield probe_bias(before, after)
    known, new = ([row for row in rows if isinstance(row, TrainingRow)] for rows in (trained, unseen))
    short = [row for row in new if len(row.answer) <= LONGEST]
    if len(short) >= FEWEST and len(short) == len(new):
        yield probe_calibration(before, after, short)
    if can_be_memorised(known) and can_be_memorised(new):
        yield probe_memorisation(before, after, known, new)
