"""Every policy of unmasking, for one image, in float64 from the papers' definitions (docs/options.md names them).

libraygen computes in float32: where a choice hangs on less than TOLERANCE, no answer is the right one, and NearTie is raised."""

import functools
import math

import torch

from . import philox

TOLERANCE = 2e-6  # relative to the size of what is compared, or to 1


class NearTie(Exception):
    pass


def certain(gap, size):
    if bool((gap <= TOLERANCE * size.abs().clamp(min=1)).any()):
        raise NearTie


def largest(scores):
    """The index of the largest of each row."""
    best, index = scores.topk(min(2, scores.shape[-1]), -1)
    if best.shape[-1] == 2:
        certain(best[:, 0] - best[:, 1], best[:, 0])
    return index[:, 0]


def descending(values, count):
    """Indices by falling value; what the first `count` of them are is certain."""
    ordered, index = values.sort(descending=True, stable=True)
    if 0 < count < len(values):
        certain(ordered[count - 1] - ordered[count], ordered[count - 1])
    return index.tolist()


def gumbel(u, least=1e-20):
    return -(-u.clamp(min=least).log()).clamp(min=least).log()


# ---- Schedules ----

SHARES = {
    "cosine": lambda t, n: math.cos(math.pi / 2 * t),
    "linear": lambda t, n: 1 - t,
    "square": lambda t, n: 1 - t**2,
    "root": lambda t, n: 1 - t**0.5,
    "log": lambda t, n: 1 if t * n <= 1 else -math.log2(t) / math.log2(n),
    "exponential": lambda t, n: 1 if t == 0 else 1 - 2 ** (-math.log2(n) * (1 - t)),
}


def masked_at(schedule, t, n):
    if schedule == "arccos":  # its code rounds what is kept
        return n - int((1 - math.acos(t) / (math.pi / 2)) * n)
    return int(SHARES[schedule](t, n) * n)


def scheduled(options, n, step, steps):
    """How many of n are masked before a step."""
    schedule = options["schedule"]
    if options["time_grid"] == "maskgit":
        masked = n
        for i in range(1, step + 1):
            masked = max(1, min(masked - 1, masked_at(schedule, i / steps, n)))
        return masked
    if schedule == "cosine":  # the original's float32
        return max(1, int(torch.cos(torch.linspace(0, 1, steps)[step] * math.pi * 0.5) * n))
    return max(1, masked_at(schedule, step / (steps - 1) if steps > 1 else 0, n))


def loop_of(options):
    """The steps at which the loop of re-masking begins and ends."""
    steps = options["steps"]
    return [min(max(math.floor(options[name] * steps + 0.5), 1), steps - 1) for name in ("loop_from", "loop_until")]


def masked_counts(options, n):
    steps = options["steps"]
    if options["remasking"] != "loop":
        return [scheduled(options, n, i, steps) for i in range(steps)]
    begin, end = loop_of(options)
    outside = [scheduled(options, n, i, steps - end + begin) for i in range(steps - end + begin)]
    return outside[: begin + 1] + [outside[begin]] * (end - begin) + outside[begin + 1 :]


# ---- Halton ----


def radical_inverse(i, base):
    """As a fraction: (numerator, denominator)."""
    numerator, denominator = 0, 1
    while i:
        i, digit = divmod(i, base)
        numerator, denominator = numerator * base + digit, denominator * base
    return numerator, denominator


@functools.cache
def halton(height, width):
    """The cells (row, column) of a grid in the order in which the Halton sequence meets them first."""
    order, i = {}, 1
    while len(order) < height * width:
        (row, rows), (column, columns) = radical_inverse(i, 2), radical_inverse(i, 3)
        order[row * height // rows, column * width // columns] = None
        i += 1
    return list(order)


# ---- One image ----


class Unmasking:
    def __init__(self, options, grid, codebook, seed, image, tokens=None, editable=None):
        self.options, self.grid, self.codebook = options, grid, codebook
        n = grid[0] * grid[1]
        self.steps, self.i = options["steps"], 0
        self.noise = philox.Noise(seed, image, self.steps, n, codebook)
        self.tokens = list(tokens) if tokens is not None else [codebook] * n
        self.editable = [i for i in range(n) if editable is None or editable[i]]
        self.masked = list(self.editable)
        self.counts = masked_counts(options, len(self.editable))
        self.confidence = torch.zeros(n, dtype=torch.float64)
        self.note = torch.zeros(n, dtype=torch.float64)  # entropy or moment, from when it was drawn
        self.choices = self.exchanges = 0  # how often positions had to be chosen, and kept tokens were masked again

    def seen(self):
        """The tokens with the masks of the next step."""
        hidden = set(self.masked)
        return [self.codebook if i in hidden else token for i, token in enumerate(self.tokens)]

    def step(self, logits):
        """logits [masked, V]; draws the masked tokens and masks those of the next step."""
        logits = logits.double()
        drawn = self.draw(logits)
        logs = logits.log_softmax(-1)
        rows = torch.arange(len(drawn))
        self.confidence[self.masked] = logs.exp()[rows, drawn]
        if self.options["position_choice"] == "entropy":
            self.note[self.masked] = -(logs.exp() * logs).sum(-1)
        elif self.options["position_choice"] == "moment":
            self.note[self.masked] = (logs * self.moment()).logsumexp(-1)
        for position, token in zip(self.masked, drawn.tolist()):
            self.tokens[position] = token
        self.i += 1
        self.masked = self.next_masked() if self.i < self.steps else []

    # ---- Tokens ----

    def moment(self):
        """MaskGIT's choice after step i has the temperature c (1 - (i + 1) / K)."""
        left = self.options["choice_temperature"] * (self.steps - 1 - self.i) / self.steps
        return 1 + 1 / max(left, 1e-6)

    def draw(self, logits):
        options, size = self.options, logits.shape[-1]
        u = self.noise.of_tokens[self.i, self.masked]
        choice = options["token_choice"]
        if choice == "gumbel":
            tau = options["temperature"] * (self.steps - 1 - self.i) / self.steps
            kept = keep(logits, max(1, math.ceil((1 - options["top_k_threshold"]) * size)))
            return largest(kept / max(tau, 1e-10) + gumbel(u, 1e-6))
        if choice == "moment":
            return largest(logits.log_softmax(-1) * self.moment() + gumbel(u))
        if choice == "argmax" or options["temperature"] == 0:
            return largest(logits)
        along = self.i / (self.steps - 1) if self.steps > 1 else 0
        scaled = logits * (1 + (options["cooling"] - 1) * along) / options["temperature"]
        if choice == "top_k":
            scaled = keep(scaled, min(options["top_k"], size))
        elif choice == "top_p":
            scaled = nucleus(scaled, options["top_p"])
        return largest(scaled + gumbel(u))

    # ---- Positions ----

    def next_masked(self):
        """Before step i, from what step i - 1 drew."""
        count = self.counts[self.i]
        if self.options["position_choice"] == "entropy":
            count = len(self.masked) - self.certain_together()
        if count == 0:
            return []
        urgency = self.urgency()[self.masked]
        order = [self.masked[i] for i in descending(urgency, count)]
        self.choices += count < len(self.masked)
        if self.options["remasking"] == "none":
            return sorted(order[:count])
        again = self.masked_again(count)
        self.exchanges += bool(again)
        return sorted(again[:count] + order[: max(0, count - len(again))])

    def certain_together(self):
        run, kept = 0.0, 0
        for entropy in self.note[self.masked].sort().values.tolist():
            if kept and abs(run - self.options["entropy_bound"]) < 1e-5 * max(1, run):
                raise NearTie
            if run > self.options["entropy_bound"]:
                break
            run, kept = run + entropy, kept + 1
        return kept

    def urgency(self):
        """What is highest is masked first."""
        choice = self.options["position_choice"]
        if choice == "halton_adaptive":
            choice = "halton" if self.i < self.options["adaptive_from"] * self.steps else "maskgit"
        if choice == "confidence":
            return 1 - self.confidence
        if choice == "entropy":
            return self.note
        if choice == "raster":
            return torch.arange(len(self.tokens), dtype=torch.float64)
        if choice == "random":  # the smallest noise is masked first, and the order is the same at every step
            return distinct(-self.noise.of_order)
        if choice == "halton":
            return self.halton_rank()
        noise = gumbel(self.noise.of_positions[self.i])
        if choice == "moment":
            return -(self.note + noise)
        faded = self.options["choice_temperature"] * (1 - self.i / self.steps)
        return -(self.confidence.log() + faded * noise)

    def halton_rank(self):
        height, width = self.grid
        order = halton(height, width)
        if self.options["halton_roll"]:
            first = int(self.noise.of_roll * len(order))
            order = order[first:] + order[:first]
        rank = torch.zeros(len(order), dtype=torch.float64)
        for i, (row, column) in enumerate(order):
            rank[row * width + column] = i
        return rank

    # ---- Re-masking ----

    def masked_again(self, count):
        """Kept tokens that chance masks again before step i, the smallest noise first."""
        kept = sorted(set(self.editable) - set(self.masked))
        if not kept:
            return []
        total = len(self.editable)
        most = min(1, (count / total) / (len(kept) / total))
        kind, strength = self.options["remasking"], self.options["remasking_strength"]
        if kind == "loop":
            begin, end = loop_of(self.options)
            strength = strength if begin < self.i <= end else 0
        if strength == 0:
            return []
        each = strength * most if kind in ("rescale", "confidence") else min(strength, most)
        sigma = torch.full((len(kept),), each, dtype=torch.float64)
        if kind == "confidence":
            sigma = sigma * (-self.confidence[kept]).softmax(0)
        noise = self.noise.of_remasking[self.i, kept]
        if bool(((noise - sigma).abs() < 1e-6).any()):
            raise NearTie
        return [kept[i] for i in noise.sort(stable=True).indices.tolist() if noise[i] < sigma[i]]


def distinct(values):
    if len(values.unique()) < len(values):
        raise NearTie
    return values * 2**24  # whole numbers apart


def keep(scores, count):
    """All but the `count` largest of each row become -inf."""
    ordered = scores.sort(-1, descending=True).values
    if count < scores.shape[-1]:
        certain(ordered[:, count - 1] - ordered[:, count], ordered[:, count - 1])
    return scores.masked_fill(scores < ordered[:, count - 1 : count], -math.inf)


def nucleus(scores, share):
    ordered, index = scores.sort(-1, descending=True)
    before = ordered.softmax(-1).cumsum(-1).roll(1, -1)
    before[:, 0] = 0
    if bool(((before - share).abs() < TOLERANCE).any()):
        raise NearTie
    return torch.empty_like(scores).scatter_(-1, index, ordered.masked_fill(before >= share, -math.inf))
