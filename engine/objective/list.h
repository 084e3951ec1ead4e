// The list of all objectives: to add one, write its header and put it here.
#pragma once

#include <concepts>
#include <type_traits>
#include <variant>

#include "engine/objective/binary_hinge.h"
#include "engine/objective/binary_logistic.h"
#include "engine/objective/binary_logitraw.h"
#include "engine/objective/count_poisson.h"
#include "engine/objective/multi_softmax.h"
#include "engine/objective/multi_softprob.h"
#include "engine/objective/rank_map.h"
#include "engine/objective/rank_ndcg.h"
#include "engine/objective/rank_pairwise.h"
#include "engine/objective/reg_absoluteerror.h"
#include "engine/objective/reg_gamma.h"
#include "engine/objective/reg_linear.h"
#include "engine/objective/reg_logistic.h"
#include "engine/objective/reg_pseudohubererror.h"
#include "engine/objective/reg_squarederror.h"
#include "engine/objective/reg_squaredlogerror.h"
#include "engine/objective/reg_tweedie.h"
#include "engine/objective/survival_aft.h"
#include "engine/objective/survival_cox.h"
#include "engine/objective/type_list.h"

namespace boostyard {

// In the order of the docs.
using AllObjectives =
    TypeList<RegSquaredError, RegLinear, RegLogistic, RegSquaredLogError, RegPseudoHuberError,
             RegAbsoluteError, RegGamma, RegTweedie, CountPoisson, BinaryLogistic, BinaryLogitRaw,
             BinaryHinge, MultiSoftmax, MultiSoftprob, RankPairwise, RankNdcg, RankMap, SurvivalCox,
             SurvivalAft>;

template <class T>
struct IsNativeScalar : std::bool_constant<T::kIsNative && T::kTask != Task::kMulticlass> {};
template <class T>
struct IsNativeMulticlass : std::bool_constant<T::kIsNative && T::kTask == Task::kMulticlass> {};

using NativeScalarObjectives = FilterList<AllObjectives, IsNativeScalar>::type;
using NativeMulticlassObjectives = FilterList<AllObjectives, IsNativeMulticlass>::type;

// Both, as one variant: what the native engine can be asked to train.
using NativeObjective =
    ConcatLists<NativeScalarObjectives, NativeMulticlassObjectives>::type::Variant;

// Calls visit(objective) with the typed objective of `params.name`, made from `params`.
// Returns false, and calls nothing, if the list has no such name.
template <class Params, class Visit, class... Ts>
bool VisitObjectiveOf(TypeList<Ts...>, const Params& params, Visit&& visit) {
  const auto try_one = [&]<class T>(std::type_identity<T>) {
    if (params.name != T::kName) return false;
    visit(T::From(params));
    return true;
  };
  return (try_one(std::type_identity<Ts>{}) || ...);
}

// The typed objective of `params.name` among all: `visit` is instantiated for every one.
template <class Params, class Visit>
bool VisitObjective(const Params& params, Visit&& visit) {
  return VisitObjectiveOf(AllObjectives{}, params, visit);
}

// Calls visit(std::type_identity<T>{}) for every objective, in order.
template <class Visit, class... Ts>
void ForEachType(TypeList<Ts...>, Visit&& visit) {
  (visit(std::type_identity<Ts>{}), ...);
}

template <class List>
struct ObeysConcepts;
template <class... Ts>
struct ObeysConcepts<TypeList<Ts...>> {
  template <class T>
  static constexpr bool IsGood() {
    if constexpr (T::kTask == Task::kMulticlass) {
      return MulticlassObjective<T>;
    } else if constexpr (T::kIsNative) {
      return NativeScalarObjective<T> && std::is_trivially_copyable_v<T>;
    } else {
      return ScalarObjective<T>;
    }
  }
  static constexpr bool value = (IsGood<Ts>() && ...);
};
static_assert(ObeysConcepts<AllObjectives>::value, "an objective misses a part: see objective.h");

}  // namespace boostyard
