// DeviceBackend: what it knows of its own rows becomes what is known of all, where several devices
// share them (device_group.h). One that is alone does nothing here.
#include <algorithm>
#include <utility>

#include "engine/cuda/device_backend.h"
#include "engine/cuda/device_group.h"
#include "engine/cuda/launch.h"

namespace boostyard {

using namespace device;

namespace {

// Exchanged at a time: not less than a histogram, not more than there are to be built.
constexpr std::uint64_t kGoodWords = std::uint64_t{2} << 20;

}  // namespace

std::uint64_t DeviceBackend::ExchangeWords(std::uint64_t most_pairs) const {
  if (member_ == nullptr) return 0;
  const std::uint64_t words = 2 * std::max<std::uint64_t>(view_.entry_count, 1);
  const std::uint64_t most = std::clamp<std::uint64_t>(options_.wanted_histograms, 1, most_pairs);
  return words * std::clamp<std::uint64_t>(kGoodWords / words, 1, most);
}

Status DeviceBackend::PrepareSums(std::uint64_t most_pairs) {
  if (member_ == nullptr) return {};
  BOOSTYARD_RETURN_IF_ERROR(member_->Prepare(ExchangeWords(most_pairs)));
  const std::uint64_t words =
      std::max(2 * most_pairs, std::uint64_t{SpreadStartStep::kWords} *
                                   static_cast<std::uint64_t>(member_->size()));
  BOOSTYARD_ASSIGN_OR_RETURN(sum_words_, DeviceArray<std::int64_t>::Make(executor_, words));
  return {};
}

void DeviceBackend::SumStart(StartPart part) {
  if (member_ == nullptr) return;
  const auto devices = static_cast<std::uint32_t>(member_->size());
  Launch<SpreadStartStep>(executor_, {},
                          {start_.data(), part, static_cast<std::uint32_t>(member_->rank()),
                           devices, sum_words_.data()});
  member_->Sum(sum_words_.data(), std::uint64_t{SpreadStartStep::kWords} * devices);
  Launch<MergeStartStep>(executor_, {}, {sum_words_.data(), devices, part, start_.data()});
}

const std::int64_t* DeviceBackend::SumChildRows(const Evaluation& batch) {
  if (member_ == nullptr) return nullptr;
  Launch<CountChildrenStep>(
      executor_, {}, {batch.pairs, batch.pairs_at_hand, node_rows_.data(), sum_words_.data()});
  member_->Sum(sum_words_.data(), std::uint64_t{2} * batch.pairs_at_hand.most);
  return sum_words_.data();
}

// Of `count` builds, `stride` apart, from number `first` on.
void DeviceBackend::SumHistograms(std::uint32_t first, std::uint32_t stride, std::uint32_t count) {
  if (member_ == nullptr || view_.entry_count == 0) return;
  constexpr std::uint32_t kWordsPerBlock = 16 * PackHistogramsStep::kThreads;
  const std::uint32_t words = 2 * view_.entry_count;
  const auto at_once =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(count, member_->capacity() / words));
  for (std::uint32_t done = 0; done < count; done += at_once) {
    const std::uint32_t some = std::min(at_once, count - done);
    const Grid grid{(words + kWordsPerBlock - 1) / kWordsPerBlock, some};
    PackHistogramsStep::Args args{.builds = builds_.data() + first + std::uint64_t{done} * stride,
                                  .stride = stride,
                                  .words = words,
                                  .pool = pool_.data(),
                                  .packed = member_->packed(),
                                  .is_back = 0};
    Launch<PackHistogramsStep>(executor_, grid, args);
    member_->Sum(member_->packed(), std::uint64_t{some} * words);
    args.is_back = 1;
    Launch<PackHistogramsStep>(executor_, grid, args);
  }
}

void DeviceBackend::SumLeftQuanta(const Evaluation& nodes) {
  if (member_ == nullptr) return;
  PackQuantaStep::Args args{nodes.results, nodes.pairs_at_hand, sum_words_.data(), 0};
  Launch<PackQuantaStep>(executor_, {}, args);
  member_->Sum(sum_words_.data(), std::uint64_t{2} * nodes.pairs_at_hand.most);
  args.is_back = 1;
  Launch<PackQuantaStep>(executor_, {}, args);
}

// With several devices the host waits for the number of contested nodes: histograms that there
// might have been would cost more on their way between them. It is the same on all.
std::uint32_t DeviceBackend::MostContested(const std::uint32_t* counted, std::uint32_t most) {
  if (member_ == nullptr) return most;
  std::uint32_t count = 0;
  executor_.Download(&count, counted, sizeof(count));
  Status status = executor_.Wait();
  // Without the number it would do other sums than the others.
  if (!status.ok()) member_->Fail(std::move(status).error());
  return count;
}

// Two sums a visit, each of two words.
void DeviceBackend::SumVisits(std::uint32_t visits) {
  if (member_ == nullptr) return;
  static_assert(sizeof(GradSums) == 2 * sizeof(std::int64_t));
  member_->Sum(reinterpret_cast<std::int64_t*>(visit_sums_.data()), std::uint64_t{4} * visits);
}

}  // namespace boostyard
