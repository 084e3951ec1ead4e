"""Test metrics from predictions, the same for every engine: none of theirs is asked."""
import math

# Primary metrics first; all of these are better when smaller, but auc.
EPSILON = 1e-15


def read_labels(path):
    with open(path, encoding="utf-8") as file:
        return [float(line.split(",", 1)[0]) for line in file if line.strip()]


def read_predictions(path):
    """One list a row, however the numbers of a row are divided."""
    with open(path, encoding="utf-8") as file:
        return [[float(cell) for cell in line.replace(",", " ").split()]
                for line in file if line.strip()]


def auc(labels, scores):
    """The area under the ROC curve by ranks; ties count half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    positives = sum(1 for label in labels if label > 0.5)
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    rank_sum, begin = 0.0, 0
    while begin < len(order):
        end = begin
        hits = 0
        while end < len(order) and scores[order[end]] == scores[order[begin]]:
            hits += labels[order[end]] > 0.5
            end += 1
        rank_sum += hits * (begin + 1 + end) / 2
        begin = end
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def row_losses(objective, labels, predictions):
    """What each row adds to the primary metric (its square, for rmse)."""
    if objective.startswith("binary:"):
        return [-math.log(min(max(row[-1] if label > 0.5 else 1.0 - row[-1], EPSILON), 1.0))
                for label, row in zip(labels, predictions)]
    if objective.startswith("multi:"):
        if len(predictions[0]) == 1:
            return [float(int(label) != int(row[0])) for label, row in zip(labels, predictions)]
        return [-math.log(max(row[int(label)], EPSILON)) for label, row in zip(labels, predictions)]
    return [(row[-1] - label) ** 2 for label, row in zip(labels, predictions)]


def luck(objective, losses, others):
    """The standard error of the difference of two models' primary metrics, from their rows."""
    count = len(losses)
    differences = [a - b for a, b in zip(losses, others)]
    mean = sum(differences) / count
    error = math.sqrt(sum((d - mean) ** 2 for d in differences) / max(count - 1, 1) / count)
    if objective.startswith(("binary:", "multi:")):
        return error
    rmse = math.sqrt(sum(others) / count)
    return error / (2 * rmse) if rmse > 0 else 0.0


def logloss(labels, scores):
    return sum(row_losses("binary:", labels, [[score] for score in scores])) / len(labels)


def of(objective, labels, predictions):
    """{metric: value} of an objective; the first one decides whether a model is right. Raises
    ValueError where the predictions cannot be those of a model of this job."""
    if len(labels) != len(predictions):
        raise ValueError(f"{len(predictions)} predictions for {len(labels)} rows")
    if not all(math.isfinite(value) for row in predictions for value in row):
        raise ValueError("predictions that are not finite")
    if objective.startswith("binary:"):
        scores = [row[-1] for row in predictions]
        if min(scores) < 0.0 or max(scores) > 1.0:
            raise ValueError("predictions outside 0 to 1")
        wrong = sum((score > 0.5) != (label > 0.5) for label, score in zip(labels, scores))
        return {"logloss": logloss(labels, scores), "auc": auc(labels, scores),
                "error": wrong / len(labels)}
    if objective.startswith("multi:"):
        picked = [max(range(len(row)), key=row.__getitem__) if len(row) > 1 else int(row[0])
                  for row in predictions]
        wrong = sum(int(label) != pick for label, pick in zip(labels, picked))
        values = {"merror": wrong / len(labels)}
        if len(predictions[0]) > 1:
            chances = [max(row[int(label)], EPSILON) for label, row in zip(labels, predictions)]
            values = {"mlogloss": -sum(map(math.log, chances)) / len(chances), **values}
        return values
    errors = [row[-1] - label for label, row in zip(labels, predictions)]
    return {"rmse": math.sqrt(sum(error * error for error in errors) / len(errors)),
            "mae": sum(map(abs, errors)) / len(errors)}


def knowing_nothing(objective, labels):
    """The primary metric of the best constant: where learning starts."""
    count = len(labels)
    if objective.startswith("binary:"):
        return logloss(labels, [sum(labels) / count] * count)
    if objective.startswith("multi:"):
        shares = {label: labels.count(label) / count for label in set(labels)}
        return -sum(share * math.log(share) for share in shares.values())
    mean = sum(labels) / count
    return math.sqrt(sum((label - mean) ** 2 for label in labels) / count)
