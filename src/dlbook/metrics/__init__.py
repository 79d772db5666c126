"""Metrics: accuracy, counts, curves, regression and word errors."""

from .accuracies import (
    accuracy,
    binary_accuracy,
    categorical_accuracy,
    confusion_matrix,
    sparse_categorical_accuracy,
    sparse_top_k_categorical_accuracy,
    top_k_categorical_accuracy,
)
from .counts import false_negatives, false_positives, precision, recall, true_negatives, true_positives
from .curves import (
    RocCurve,
    precision_at_recall,
    roc_auc,
    roc_curve,
    sensitivity_at_specificity,
    specificity_at_sensitivity,
)
from .regression import (
    mean_absolute_percentage_error,
    mean_squared_logarithmic_error,
    root_mean_squared_error,
)
from .words import WordErrors, bootstrap_interval, total_errors, word_errors

__all__ = [
    "RocCurve",
    "WordErrors",
    "accuracy",
    "binary_accuracy",
    "bootstrap_interval",
    "categorical_accuracy",
    "confusion_matrix",
    "false_negatives",
    "false_positives",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "precision",
    "precision_at_recall",
    "recall",
    "roc_auc",
    "roc_curve",
    "root_mean_squared_error",
    "sensitivity_at_specificity",
    "sparse_categorical_accuracy",
    "sparse_top_k_categorical_accuracy",
    "specificity_at_sensitivity",
    "top_k_categorical_accuracy",
    "total_errors",
    "true_negatives",
    "true_positives",
    "word_errors",
]
