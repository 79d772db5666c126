"""Metrics: accuracy, counts, curves, detection, regression, word errors and scores of translations."""

from .accuracies import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    confusion_matrix,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .bleu import BleuCounts, bleu_counts, bootstrap_bleu, corpus_bleu, sentence_bleu
from .counts import false_negatives, false_positives, precision, recall, true_negatives, true_positives
from .curves import (
    RocCurve,
    precision_at_recall,
    roc_auc,
    roc_curve,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
)
from .detection import COCO_THRESHOLDS, average_precision, box_overlaps, detection_average_precision
from .lepor import LeporFactors, corpus_lepor, lepor, lepor_factors
from .meteor import MeteorCounts, corpus_meteor, meteor, meteor_counts
from .nist import corpus_nist, ngram_information, sentence_nist
from .regression import (
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    root_mean_squared_error,
)
from .words import WordErrors, bootstrap_interval, total_errors, word_errors

__all__ = [
    "COCO_THRESHOLDS",
    "BleuCounts",
    "LeporFactors",
    "MeteorCounts",
    "RocCurve",
    "WordErrors",
    "accuracy",
    "average_precision",
    "binary_accuracy",
    "bleu_counts",
    "bootstrap_bleu",
    "bootstrap_interval",
    "box_overlaps",
    "categorical_accuracy",
    "confusion_matrix",
    "corpus_bleu",
    "corpus_lepor",
    "corpus_meteor",
    "corpus_nist",
    "detection_average_precision",
    "false_negatives",
    "false_positives",
    "lepor",
    "lepor_factors",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "meteor",
    "meteor_counts",
    "ngram_information",
    "precision",
    "precision_at_recall",
    "recall",
    "roc_auc",
    "roc_curve",
    "root_mean_squared_error",
    "sensitivity_at_specificity",
    "sentence_bleu",
    "sentence_nist",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "specificity_at_sensitivity",
    "top_k_categorical_accuracy",
    "total_errors",
    "true_negatives",
    "true_positives",
    "word_errors",
]
