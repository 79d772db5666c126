"""How many numbers a transformer learns, from its layers, its width and its vocabulary."""

from typing import NamedTuple

from .. import checks


class ParameterCounts(NamedTuple):
    """Parameters of a transformer, by part.

    Parameters
    ----------
    embeddings : int
        The tables of tokens, positions and segments, and the norm after them, if there is one.
    attention : int
        All queries, keys, values and outputs, with biases.
    feed_forward : int
        All feed-forward networks, with biases.
    norms : int
        All norms of blocks, and the last one.
    head : int
        What stands on top.
    total : int
        The sum.
    """

    embeddings: int
    attention: int
    feed_forward: int
    norms: int
    head: int
    total: int


class PublishedModel(NamedTuple):
    """A row of a table in a paper.

    Parameters
    ----------
    name : str
        What the model is called there.
    millions : float
        Its parameters as printed, in millions.
    n_layers : int
        Number of blocks.
    width : int
        Numbers in the vector of a token.
    n_heads : int
        Heads of each block.
    head_size : int
        Numbers in a query of one head.
    """

    name: str
    millions: float
    n_layers: int
    width: int
    n_heads: int
    head_size: int


GPT2_MODELS = (
    PublishedModel("GPT-2 117M", 117, 12, 768, 12, 64),
    PublishedModel("GPT-2 345M", 345, 24, 1024, 16, 64),
    PublishedModel("GPT-2 762M", 762, 36, 1280, 20, 64),
    PublishedModel("GPT-2 1542M", 1542, 48, 1600, 25, 64),
)
"""Table 2 of Radford et al. (2019), with the heads of their code. 50,257 tokens, a context of 1024."""

GPT3_MODELS = (
    PublishedModel("GPT-3 Small", 125, 12, 768, 12, 64),
    PublishedModel("GPT-3 Medium", 350, 24, 1024, 16, 64),
    PublishedModel("GPT-3 Large", 760, 24, 1536, 16, 96),
    PublishedModel("GPT-3 XL", 1300, 24, 2048, 24, 128),
    PublishedModel("GPT-3 2.7B", 2700, 32, 2560, 32, 80),
    PublishedModel("GPT-3 6.7B", 6700, 32, 4096, 32, 128),
    PublishedModel("GPT-3 13B", 13000, 40, 5140, 40, 128),
    PublishedModel("GPT-3 175B", 175000, 96, 12288, 96, 128),
)
"""Table 2.1 of Brown et al. (2020), as it is printed. 50,257 tokens, a context of 2048."""

BERT_MODELS = (
    PublishedModel("BERT base", 110, 12, 768, 12, 64),
    PublishedModel("BERT large", 340, 24, 1024, 16, 64),
)
"""Section 3 of Devlin et al. (2019). 30,522 tokens in the published English vocabulary, a context of 512."""


def count_gpt(
    n_layers: int,
    width: int,
    *,
    n_tokens: int = 50_257,
    context: int = 1024,
    n_hidden: int | None = None,
    attention_width: int | None = None,
    tied: bool = True,
) -> ParameterCounts:
    r"""Count the parameters of a decoder-only transformer with the norm before, such as GPT-2 and GPT-3.

    Parameters
    ----------
    n_layers : int
        Number of blocks.
    width : int
        Numbers in the vector of a token.
    n_tokens : int, default 50257
        Size of the vocabulary.
    context : int, default 1024
        Positions, each with a learned vector.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.
    attention_width : int, optional
        Heads times the numbers in a query; `width` if not given.
    tied : bool, default True
        Whether the logits are products with the vectors of the tokens, so that the head has no parameters.

    Returns
    -------
    ParameterCounts
        The counts.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Notes
    -----
    A block has, for width :math:`d`, attention width :math:`a` and :math:`h` hidden units,

    .. math:: \underbrace{4 d a + 3 a + d}_{\text{attention}} +
              \underbrace{2 d h + h + d}_{\text{feed-forward}} + \underbrace{4 d}_{\text{norms}}

    parameters: :math:`12 d^2 + 13 d` with :math:`a = d` and :math:`h = 4 d`.

    Examples
    --------
    >>> count_gpt(12, 768).total
    124439808
    >>> round(count_gpt(96, 12288, context=2048).total / 1e9, 1)
    174.6
    """
    layers, d = checks.count(n_layers, "n_layers", most=10**6), checks.count(width, "width", most=10**9)
    tokens = checks.count(n_tokens, "n_tokens", most=10**12)
    places = checks.count(context, "context", most=10**12)
    embeddings = tokens * d + places * d
    attention, network, norms = _blocks(layers, d, n_hidden, attention_width)
    head = 0 if tied else tokens * d
    return _summed(embeddings, attention, network, norms + 2 * d, head)


def count_bert(
    n_layers: int,
    width: int,
    *,
    n_tokens: int = 30_522,
    context: int = 512,
    n_segments: int = 2,
    n_hidden: int | None = None,
    pooler: bool = True,
) -> ParameterCounts:
    """Count the parameters of an encoder such as BERT.

    Parameters
    ----------
    n_layers : int
        Number of blocks.
    width : int
        Numbers in the vector of a token.
    n_tokens : int, default 30522
        Size of the vocabulary.
    context : int, default 512
        Positions, each with a learned vector.
    n_segments : int, default 2
        Kinds of segments, each with a learned vector.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.
    pooler : bool, default True
        Whether the dense layer over the first token is counted, which predicts the next sentence. What
        predicts masked tokens is not.

    Returns
    -------
    ParameterCounts
        The counts. The norm over the sum of the three embeddings stands under `embeddings`.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Examples
    --------
    >>> count_bert(12, 768).total, count_bert(24, 1024).total
    (109482240, 335141888)
    """
    layers, d = checks.count(n_layers, "n_layers", most=10**6), checks.count(width, "width", most=10**9)
    rows = checks.count(n_tokens, "n_tokens", most=10**12) + checks.count(context, "context", most=10**12)
    rows += checks.count(n_segments, "n_segments", 0, 10**12)
    attention, network, norms = _blocks(layers, d, n_hidden, None)
    return _summed(rows * d + 2 * d, attention, network, norms, d * d + d if pooler else 0)


def count_transformer(
    n_layers: int,
    width: int,
    *,
    n_tokens: int = 37_000,
    n_hidden: int | None = None,
) -> ParameterCounts:
    """Count the parameters of an encoder and a decoder with one table of tokens, as the first transformer.

    Parameters
    ----------
    n_layers : int
        Number of blocks of the encoder, and of the decoder.
    width : int
        Numbers in the vector of a token.
    n_tokens : int, default 37000
        Size of the vocabulary that both languages share. The logits are products with the same table;
        positions are sinusoids.
    n_hidden : int, optional
        Hidden units of each feed-forward network; ``4 * width`` if not given.

    Returns
    -------
    ParameterCounts
        The counts.

    Raises
    ------
    ValueError
        If a number is not a whole one of at least 1.

    Examples
    --------
    >>> round(count_transformer(6, 512).total / 1e6), round(count_transformer(6, 1024).total / 1e6)
    (63, 214)
    """
    layers, d = checks.count(n_layers, "n_layers", most=10**6), checks.count(width, "width", most=10**9)
    tokens = checks.count(n_tokens, "n_tokens", most=10**12)
    attention, network, norms = _blocks(layers, d, n_hidden, None)
    return _summed(tokens * d, 3 * attention, 2 * network, 2 * norms + layers * 2 * d, 0)


def _blocks(n_layers: int, d: int, n_hidden: int | None, width: int | None) -> tuple[int, int, int]:
    """Return the parameters of attentions, feed-forward networks and norms of blocks."""
    h = 4 * d if n_hidden is None else checks.count(n_hidden, "n_hidden", most=10**12)
    a = d if width is None else checks.count(width, "attention_width", most=10**12)
    return n_layers * (4 * d * a + 3 * a + d), n_layers * (2 * d * h + h + d), n_layers * 4 * d


def _summed(embeddings: int, attention: int, feed_forward: int, norms: int, head: int) -> ParameterCounts:
    total = embeddings + attention + feed_forward + norms + head
    return ParameterCounts(embeddings, attention, feed_forward, norms, head, total)
