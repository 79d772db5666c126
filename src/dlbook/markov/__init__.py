"""Markov chains, hidden Markov models and the recognition of spoken words."""

from .alignment import align_states
from .baum_welch import BaumWelchFit, Restarts, baum_welch, baum_welch_restarts
from .categorical import CategoricalHMM, random_categorical_hmm
from .chain import MarkovChain
from .chain_structure import closed_classes, communicating_classes, period
from .gaussian import GaussianHMM, random_gaussian_hmm
from .hmm import HiddenMarkovModel
from .letters import LetterModel, normalize_letters
from .long_run import LongRun
from .mixture import MixtureHMM, random_mixture_hmm
from .recursions import BestPath, backward_recursion, forward_recursion, viterbi_recursion
from .results import Backward, Forward, Posteriors, Sample, ViterbiPath

__all__ = [
    "Backward",
    "BaumWelchFit",
    "BestPath",
    "CategoricalHMM",
    "Forward",
    "GaussianHMM",
    "HiddenMarkovModel",
    "LetterModel",
    "LongRun",
    "MarkovChain",
    "MixtureHMM",
    "Posteriors",
    "Restarts",
    "Sample",
    "ViterbiPath",
    "align_states",
    "backward_recursion",
    "baum_welch",
    "baum_welch_restarts",
    "closed_classes",
    "communicating_classes",
    "forward_recursion",
    "normalize_letters",
    "period",
    "random_categorical_hmm",
    "random_gaussian_hmm",
    "random_mixture_hmm",
    "viterbi_recursion",
]
