// Runs the device's steps on the host, block by block and thread by thread: what tests compare with
// the CPU backend where there is no device.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/cuda/executor.h"

namespace boostyard::device {

struct HostExecutorOptions {
  std::string name = "host blocks";
  bool is_reversed = false;  // blocks and threads come in the opposite order
  std::uint64_t memory_bytes = std::uint64_t{8} << 30;
  Tuning tuning = {.architecture = 80,
                   .row_blocks = 2,
                   .histogram_blocks = 3,
                   .wide_histogram_blocks = 1,
                   .chunk_rows = 64,
                   .multiprocessors = 2,
                   .shared_bytes = 163 << 10};
};

class HostExecutor : public Executor {
 public:
  explicit HostExecutor(HostExecutorOptions options = {});
  ~HostExecutor() override;

  std::string Name() const override { return options_.name; }
  const Tuning& tuning() const override { return options_.tuning; }
  std::uint64_t FreeBytes() override { return options_.memory_bytes - used_bytes_; }
  Result<void*> Allocate(std::uint64_t bytes) override;
  void Free(void* memory) override;
  void Upload(void* to, const void* from, std::uint64_t bytes) override;
  void Download(void* to, const void* from, std::uint64_t bytes) override;
  void Copy(void* to, const void* from, std::uint64_t bytes) override;
  void Launch(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) override;
  // Takes as much scratch as it may, and writes on it.
  std::uint64_t SortBytes(std::uint64_t count) override { return count + 1; }
  std::uint64_t* SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other, std::uint64_t count,
                                 void* scratch) override;
  // Runs what was recorded the first time, from then on; other launches than those are an error.
  void RunRecorded(std::unique_ptr<Recording>& recording,
                   const std::function<void()>& queue) override;
  Status Wait() override;
  std::uint64_t Place() override { return place_; }
  Status WaitUntil(std::uint64_t place) override;
  // Everything is done at once, by the time of the call.
  void Enter() override {}
  void Mark(int /*mark*/) override {}
  void WaitFor(Executor& /*peer*/, int /*mark*/) override {}
  void CopyFrom(Executor& /*peer*/, void* to, const void* from, std::uint64_t bytes) override {
    copied_from_peers_ += bytes;
    Copy(to, from, bytes);
  }

  // From now on Wait reports an error (tests).
  void Break(std::string message) { broken_ = std::move(message); }
  std::uint64_t launches() const { return launches_; }
  std::uint64_t replays() const { return replays_; }  // of recordings made before
  // Whether arguments are compared with those recorded: not where the compiler cannot tell padding.
  static bool ComparesArguments();
  // Those that had something to wait for.
  std::uint64_t waits() const { return waits_; }
  // Of these, those with more operations asked for than were waited for.
  std::uint64_t overlaps() const { return overlaps_; }
  std::uint64_t most_used_bytes() const { return most_used_bytes_; }
  std::uint64_t downloaded_bytes() const { return downloaded_bytes_; }
  std::uint64_t copied_from_peers() const { return copied_from_peers_; }

 private:
  // A launch that was asked for.
  struct Kept {
    int step = 0;
    Grid grid;
    std::uint32_t dynamic_bytes = 0;
    std::vector<unsigned char> args;
  };
  struct HostRecording : Recording {
    std::vector<Kept> launches;
  };
  // A copy to the host that is under way.
  struct Pending {
    std::uint64_t place;
    void* to;
    std::vector<unsigned char> bytes;
  };

  static Kept Keep(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args);
  static bool AreSame(const Kept& a, const Kept& b);
  void Compare(const std::vector<Kept>& recorded, const std::vector<Kept>& asked);
  void Run(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args);
  void Deliver(std::uint64_t place);
  Status Report() const;

  HostExecutorOptions options_;
  std::map<void*, std::uint64_t> allocations_;
  std::uint64_t used_bytes_ = 0;
  std::uint64_t most_used_bytes_ = 0;
  std::vector<std::uint32_t> dynamic_;
  std::string broken_;
  std::uint64_t launches_ = 0;
  std::uint64_t replays_ = 0;
  std::uint64_t waits_ = 0;
  std::uint64_t overlaps_ = 0;
  std::uint64_t place_ = 0;                // operations so far
  std::uint64_t waited_ = 0;               // place up to which all is done
  std::vector<Kept>* recorded_ = nullptr;  // where launches go instead of being run
  std::deque<Pending> downloads_;
  std::uint64_t downloaded_bytes_ = 0;
  std::uint64_t copied_from_peers_ = 0;
};

}  // namespace boostyard::device
