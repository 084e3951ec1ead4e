// The families of metrics; evaluate.cc chooses among them.
#pragma once

#include "engine/metric/metric.h"

namespace boostyard {

// A mean of one value per row (elementwise.h). Precondition: `metric` is one of these.
double EvaluateElementwise(const MetricSpec& metric, const MetricInputs& inputs);

// 1 - SSE / SST, unweighted; with equal labels 1 if all are hit, else 0, as scikit-learn has it.
double EvaluateR2(const MetricInputs& inputs);

// mlogloss and merror. Errors: kDataLabelRange.
Result<double> EvaluateMulticlass(MetricId metric, const MetricInputs& inputs);

// accuracy, f1, precision, recall and their kin, unweighted, as scikit-learn defines them. Errors:
// kDataLabelRange for labels that are no classes.
Result<double> EvaluateClassification(const MetricSpec& metric, const MetricInputs& inputs);

// auc and aucpr, exact. Errors: kDataTooLarge from 2^32 rows.
Result<double> EvaluateRankingCurve(MetricId metric, const MetricInputs& inputs);

}  // namespace boostyard
