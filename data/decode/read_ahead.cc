#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <new>
#include <optional>
#include <thread>
#include <utility>

#include "data/decode/compression.h"
#include "engine/base/error_table.h"

namespace boostyard {
namespace {

constexpr std::size_t kBlockBytes = 256U << 10;
constexpr std::size_t kMaxBlocks = 8;

class ReadAhead final : public TextSource {
 public:
  ReadAhead(std::unique_ptr<TextSource> text, std::shared_ptr<std::atomic<bool>> may_stop)
      : text_(std::move(text)), may_stop_(std::move(may_stop)), thread_([this] { Fill(); }) {}
  ~ReadAhead() override {
    if (may_stop_ != nullptr) may_stop_->store(true);
    {
      const std::lock_guard lock(mutex_);
      is_unwanted_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  Result<std::size_t> ReadSome(std::span<char> out) override {
    if (used_ == current_.size()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return !blocks_.empty() || is_at_end_; });
      if (blocks_.empty()) {
        if (failure_) return *failure_;
        return std::size_t{0};
      }
      spare_.push_back(std::exchange(current_, std::move(blocks_.front())));
      blocks_.pop_front();
      used_ = 0;
      lock.unlock();
      changed_.notify_all();
    }
    const std::size_t count = current_.copy(out.data(), out.size(), used_);
    used_ += count;
    return count;
  }

 private:
  void Fill() {
    while (FillOne()) {
    }
  }

  bool FillOne() {
    std::string block;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return blocks_.size() < kMaxBlocks || is_unwanted_; });
      if (is_unwanted_) return false;
      if (!spare_.empty()) {
        block = std::move(spare_.back());
        spare_.pop_back();
      }
    }
    std::optional<Error> failure;
    std::size_t have = 0;
    bool is_at_end = false;
    try {
      block.resize(kBlockBytes);
      while (have < kBlockBytes && !is_at_end && !failure) {
        Result<std::size_t> got = text_->ReadSome(std::span(block).subspan(have));
        if (!got.ok()) {
          failure = std::move(got).error();
        } else {
          have += *got;
          is_at_end = *got == 0;
        }
      }
      block.resize(have);
    } catch (const std::bad_alloc&) {
      failure = MakeError(ErrorId::kOutOfMemory, "there is no memory to decompress the data",
                          "use an instance with more memory");
    }
    const std::lock_guard lock(mutex_);
    if (have > 0) blocks_.push_back(std::move(block));
    failure_ = std::move(failure);
    is_at_end_ = is_at_end || failure_.has_value();
    changed_.notify_all();
    return !is_at_end_;
  }

  std::unique_ptr<TextSource> text_;
  std::shared_ptr<std::atomic<bool>> may_stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> blocks_;  // filled, in order
  std::deque<std::string> spare_;   // to be filled again
  std::string current_;             // being handed out
  std::size_t used_ = 0;
  bool is_at_end_ = false;
  bool is_unwanted_ = false;
  std::optional<Error> failure_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace

std::unique_ptr<TextSource> MakeReadAhead(std::unique_ptr<TextSource> text,
                                          std::shared_ptr<std::atomic<bool>> may_stop) {
  return std::make_unique<ReadAhead>(std::move(text), std::move(may_stop));
}

}  // namespace boostyard
