// A list of types, to make one declaration serve kernels, names, docs and tests.
#pragma once

#include <type_traits>
#include <variant>

namespace boostyard {

template <class... Ts>
struct TypeList {
  static constexpr int kSize = sizeof...(Ts);
  using Variant = std::variant<Ts...>;
};

template <class A, class B>
struct ConcatLists;
template <class... As, class... Bs>
struct ConcatLists<TypeList<As...>, TypeList<Bs...>> {
  using type = TypeList<As..., Bs...>;
};

// The types T of a list with Keep<T>::value, in order.
template <class List, template <class> class Keep>
struct FilterList;
template <template <class> class Keep>
struct FilterList<TypeList<>, Keep> {
  using type = TypeList<>;
};
template <class First, class... Rest, template <class> class Keep>
struct FilterList<TypeList<First, Rest...>, Keep> {
  using Head = std::conditional_t<Keep<First>::value, TypeList<First>, TypeList<>>;
  using type = typename ConcatLists<Head, typename FilterList<TypeList<Rest...>, Keep>::type>::type;
};

// Applies a template to the types of a list: ApplyList<testing::Types, AllObjectives>.
template <template <class...> class Target, class List>
struct ApplyListTo;
template <template <class...> class Target, class... Ts>
struct ApplyListTo<Target, TypeList<Ts...>> {
  using type = Target<Ts...>;
};
template <template <class...> class Target, class List>
using ApplyList = typename ApplyListTo<Target, List>::type;

}  // namespace boostyard
