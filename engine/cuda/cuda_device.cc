// An Executor over the CUDA runtime, which is linked statically.
#include "engine/cuda/cuda_device.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/error_table.h"
#include "engine/cuda/cuda_kernels.h"
#include "engine/cuda/staging_ring.h"
#include "engine/cuda/steps.h"

namespace boostyard::device {
namespace {

constexpr int kMinMajor = 8;  // compute capability 8.0
// Small copies go through pinned memory, so that nobody waits for them: uploads through two halves,
// of which one is filled while the other is on its way.
constexpr std::uint64_t kDownloadBytes = std::uint64_t{4} << 20;
constexpr std::uint64_t kHalfBytes = std::uint64_t{8} << 20;
constexpr std::uint64_t kMaxStagedBytes = std::uint64_t{512} << 10;
// Shared memory that the runtime keeps for itself, and a step's own structure.
constexpr std::uint32_t kReservedShared = 2048;

Error Unavailable(const std::string& found, const std::string& fix) {
  return MakeError(ErrorId::kDeviceUnavailable, found, fix);
}

bool HasDriver() {
  void* const library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) return false;
  dlclose(library);
  return true;
}

// A CUDA graph. The first time launches run as they are asked for, which loads their kernels; they
// are recorded the second time. Where that fails, they are never recorded.
struct CudaRecording : Recording {
  ~CudaRecording() override {
    if (graph != nullptr) cudaGraphExecDestroy(graph);
  }
  cudaGraphExec_t graph = nullptr;
  bool has_failed = false;
};

class CudaExecutor : public Executor {
 public:
  CudaExecutor(int ordinal, const cudaDeviceProp& properties)
      : ordinal_(ordinal), name_(properties.name) {
    tuning_ = TuningFor(10 * properties.major + properties.minor);
    tuning_.multiprocessors = static_cast<std::uint32_t>(properties.multiProcessorCount);
    tuning_.shared_bytes =
        static_cast<std::uint32_t>(properties.sharedMemPerBlockOptin) - kReservedShared;
  }
  ~CudaExecutor() override {
    if (stream_ != nullptr) cudaStreamDestroy(stream_);
    if (staging_ != nullptr) cudaFreeHost(staging_);
    for (const cudaEvent_t left : half_left_) {
      if (left != nullptr) cudaEventDestroy(left);
    }
    for (const cudaEvent_t mark : marks_) {
      if (mark != nullptr) cudaEventDestroy(mark);
    }
    for (const Marked& marked : marked_) cudaEventDestroy(marked.event);
    for (const cudaEvent_t event : spare_events_) cudaEventDestroy(event);
  }
  CudaExecutor(const CudaExecutor&) = delete;
  CudaExecutor& operator=(const CudaExecutor&) = delete;

  Status Prepare() {
    Note(cudaSetDevice(ordinal_), "choosing the device");
    Note(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "making a stream");
    Note(cudaMallocHost(reinterpret_cast<void**>(&staging_), kDownloadBytes + 2 * kHalfBytes),
         "pinning memory");
    for (cudaEvent_t& left : half_left_) {
      Note(cudaEventCreateWithFlags(&left, cudaEventDisableTiming), "making an event");
    }
    for (cudaEvent_t& mark : marks_) {
      Note(cudaEventCreateWithFlags(&mark, cudaEventDisableTiming), "making an event");
    }
    for (const int step : {kStepNumber<HistogramStep<false>>, kStepNumber<HistogramStep<true>>}) {
      Note(Kernel(step).allow(tuning_.shared_bytes + kReservedShared / 2),
           "reserving shared memory");
    }
    return Wait();
  }

  std::string Name() const override { return name_ + " (cuda:" + std::to_string(ordinal_) + ")"; }
  const Tuning& tuning() const override { return tuning_; }

  std::uint64_t FreeBytes() override {
    std::size_t free = 0;
    std::size_t total = 0;
    Note(cudaMemGetInfo(&free, &total), "asking for free memory");
    return free;
  }

  Result<void*> Allocate(std::uint64_t bytes) override {
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes);
    if (error == cudaSuccess) return memory;
    cudaGetLastError();  // this one is told
    return MakeError(ErrorId::kOutOfMemory,
                     std::to_string(bytes) + " bytes of device memory are needed, and " + Name() +
                         " has " + std::to_string(FreeBytes()) + " free",
                     "use a device with more memory, or fewer rows");
  }

  void Free(void* memory) override { Note(cudaFree(memory), "freeing memory"); }

  // Pageable memory is read before the runtime's call returns.
  void Upload(void* to, const void* from, std::uint64_t bytes) override {
    if (bytes == 0) return;
    if (bytes <= kMaxStagedBytes) {
      unsigned char* const staged = StageUpload(bytes);
      std::memcpy(staged, from, bytes);
      from = staged;
    }
    Note(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_), "copying to it");
  }

  void Download(void* to, const void* from, std::uint64_t bytes) override {
    if (bytes == 0) return;
    void* target = to;
    if (bytes <= kMaxStagedBytes) {
      unsigned char* const staged = StageDownload(bytes);
      downloads_.push_back({download_count_++, to, staged, bytes});
      target = staged;
    }
    Note(cudaMemcpyAsync(target, from, bytes, cudaMemcpyDeviceToHost, stream_), "copying from it");
  }

  void Copy(void* to, const void* from, std::uint64_t bytes) override {
    if (bytes == 0) return;
    Note(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_), "copying on it");
  }

  void Launch(int step, Grid grid, std::uint32_t dynamic_bytes, const void* args) override {
    Note(Kernel(step).launch(stream_, grid, dynamic_bytes, args), "launching a kernel");
  }

  void RunRecorded(std::unique_ptr<Recording>& recording,
                   const std::function<void()>& queue) override {
    if (recording == nullptr) {
      recording = std::make_unique<CudaRecording>();
      queue();
      return;
    }
    auto& known = static_cast<CudaRecording&>(*recording);
    if (known.graph == nullptr && !known.has_failed) {
      known.graph = Record(queue);
      known.has_failed = known.graph == nullptr;
    }
    if (known.has_failed) {
      queue();
      return;
    }
    ++graph_launches_;
    Note(cudaGraphLaunch(known.graph, stream_), "launching a graph");
  }

  std::uint64_t graph_launches() const { return graph_launches_; }
  const std::string& graph_error() const { return graph_error_; }

  std::uint64_t SortBytes(std::uint64_t count) override {
    std::size_t bytes = 0;
    bool is_in_other = false;
    Note(device::SortByUpperHalf(nullptr, bytes, nullptr, nullptr, count, stream_, is_in_other),
         "planning a sort");
    return bytes;
  }

  std::uint64_t* SortByUpperHalf(std::uint64_t* keys, std::uint64_t* other, std::uint64_t count,
                                 void* scratch) override {
    std::size_t bytes = SortBytes(count);
    bool is_in_other = false;
    Note(device::SortByUpperHalf(scratch, bytes, keys, other, count, stream_, is_in_other),
         "sorting");
    return is_in_other ? other : keys;
  }

  Status Wait() override {
    Synchronize();
    return Report();
  }

  std::uint64_t Place() override {
    cudaEvent_t event = nullptr;
    if (spare_events_.empty()) {
      Note(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
      if (event == nullptr) return ++last_place_;
    } else {
      event = spare_events_.back();
      spare_events_.pop_back();
    }
    Note(cudaEventRecord(event, stream_), "marking a place");
    marked_.push_back({++last_place_, event, download_count_});
    return last_place_;
  }

  Status WaitUntil(std::uint64_t place) override {
    while (!marked_.empty() && marked_.front().place <= place) {
      const Marked marked = marked_.front();
      marked_.pop_front();
      spare_events_.push_back(marked.event);
      if (marked.place < place) continue;
      Note(cudaEventSynchronize(marked.event), "waiting for a place");
      Deliver(marked.downloads);
    }
    return Report();
  }

  void Enter() override { Note(cudaSetDevice(ordinal_), "choosing the device"); }

  void Mark(int mark) override {
    Note(cudaEventRecord(marks_[mark], stream_), "marking its place");
  }

  void WaitFor(Executor& peer, int mark) override {
    Note(cudaStreamWaitEvent(stream_, Peer(peer).marks_[mark], 0), "waiting for another GPU");
  }

  void CopyFrom(Executor& peer, void* to, const void* from, std::uint64_t bytes) override {
    if (bytes == 0) return;
    Note(cudaMemcpyPeerAsync(to, ordinal_, from, Peer(peer).ordinal_, bytes, stream_),
         "copying from another GPU");
  }

 private:
  struct Pending {
    std::uint64_t number;
    void* to;
    const unsigned char* staged;
    std::uint64_t bytes;
  };
  // A place in the order of operations that somebody may wait for.
  struct Marked {
    std::uint64_t place;
    cudaEvent_t event;
    std::uint64_t downloads;  // asked for before it
  };

  static const KernelEntry& Kernel(int step) {
    if (step < RowSteps::kSize) return RowKernels()[step];
    step -= RowSteps::kSize;
    if (step < NodeSteps::kSize) return NodeKernels()[step];
    step -= NodeSteps::kSize;
    if (step < GrowthSteps::kSize) return GrowthKernels()[step];
    step -= GrowthSteps::kSize;
    if (step < MetricSteps::kSize) return MetricKernels()[step];
    step -= MetricSteps::kSize;
    if (step < DataSteps::kSize) return DataKernels()[step];
    step -= DataSteps::kSize;
    if (step < GroupSteps::kSize) return GroupKernels()[step];
    return GradientKernels()[step - GroupSteps::kSize];
  }

  // Executors that work together are of one kind.
  static const CudaExecutor& Peer(const Executor& peer) {
    return static_cast<const CudaExecutor&>(peer);
  }

  // Keeps the first error. Those of recording are kept apart: launches do without.
  void Note(cudaError_t error, const char* what) {
    if (error == cudaSuccess) return;
    recording_failed_ = recording_failed_ || is_recording_;
    std::string& kept = is_recording_ ? graph_error_ : error_;
    if (kept.empty()) kept = std::string(cudaGetErrorString(error)) + ", when " + what;
  }

  // Pinned memory until its half is used again.
  unsigned char* StageUpload(std::uint64_t bytes) {
    const std::uint64_t padded = (bytes + 255) / 256 * 256;
    if (half_bytes_ + padded > kHalfBytes) {
      Note(cudaEventRecord(half_left_[half_], stream_), "marking its place");
      half_ = 1 - half_;
      half_bytes_ = 0;
      Note(cudaEventSynchronize(half_left_[half_]), "waiting for a copy to it");
    }
    unsigned char* const place =
        staging_ + kDownloadBytes + static_cast<std::uint64_t>(half_) * kHalfBytes + half_bytes_;
    half_bytes_ += padded;
    return place;
  }

  // Null if it cannot be had: then nothing has been launched.
  cudaGraphExec_t Record(const std::function<void()>& queue) {
    is_recording_ = true;
    recording_failed_ = false;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t runnable = nullptr;
    Note(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "recording");
    if (!recording_failed_) {
      queue();
      Note(cudaStreamEndCapture(stream_, &graph), "recording");
    }
    if (!recording_failed_) Note(cudaGraphInstantiate(&runnable, graph, 0), "making a graph");
    if (graph != nullptr) Note(cudaGraphDestroy(graph), "freeing a graph");
    if (recording_failed_ && runnable != nullptr) {
      cudaGraphExecDestroy(std::exchange(runnable, nullptr));
    }
    if (recording_failed_) cudaGetLastError();  // launches do without
    is_recording_ = false;
    return runnable;
  }

  // Pinned memory until it is delivered.
  unsigned char* StageDownload(std::uint64_t bytes) {
    std::optional<std::uint64_t> place = ring_.Take(bytes);
    if (!place) {
      Synchronize();
      place = ring_.Take(bytes);
    }
    return staging_ + *place;
  }

  // The downloads before that number are there.
  void Deliver(std::uint64_t number) {
    while (!downloads_.empty() && downloads_.front().number < number) {
      const Pending& pending = downloads_.front();
      std::memcpy(pending.to, pending.staged, pending.bytes);
      downloads_.pop_front();
      ring_.GiveBack();
    }
  }

  void Synchronize() {
    Note(cudaStreamSynchronize(stream_), "waiting for it");
    Deliver(download_count_);
    for (const Marked& marked : marked_) spare_events_.push_back(marked.event);
    marked_.clear();
  }

  Status Report() const {
    if (error_.empty()) return {};
    return MakeError(ErrorId::kDeviceFailed, Name() + " failed: " + error_,
                     "run the job again; if it fails again, try another machine");
  }

  int ordinal_;
  std::string name_;
  Tuning tuning_;
  cudaStream_t stream_ = nullptr;
  unsigned char* staging_ = nullptr;  // for downloads, then two halves for uploads
  StagingRing ring_{kDownloadBytes};
  int half_ = 0;                   // that is being filled
  std::uint64_t half_bytes_ = 0;   // of it
  cudaEvent_t half_left_[2] = {};  // when all copies from a half are done
  cudaEvent_t marks_[kMarks] = {};
  std::deque<Pending> downloads_;
  std::uint64_t download_count_ = 0;  // that were staged
  std::deque<Marked> marked_;         // places that nobody has waited for
  std::vector<cudaEvent_t> spare_events_;
  std::uint64_t last_place_ = 0;
  std::uint64_t graph_launches_ = 0;
  std::string graph_error_;  // the first one of recording
  bool is_recording_ = false;
  bool recording_failed_ = false;
  std::string error_;
};

// Whether a megabyte of one GPU arrives at the current one, `reader`, as it was sent.
bool CopiesArrive(int reader, int other) {
  constexpr std::size_t kWords = std::size_t{1} << 18;
  constexpr std::size_t kBytes = kWords * sizeof(std::uint32_t);
  std::vector<std::uint32_t> sent(kWords);
  std::iota(sent.begin(), sent.end(), 0x9E3779B9U);
  std::vector<std::uint32_t> arrived(kWords);
  void* from = nullptr;
  void* to = nullptr;
  const bool is_done =
      cudaMalloc(&to, kBytes) == cudaSuccess && cudaSetDevice(other) == cudaSuccess &&
      cudaMalloc(&from, kBytes) == cudaSuccess &&
      cudaMemcpy(from, sent.data(), kBytes, cudaMemcpyHostToDevice) == cudaSuccess &&
      cudaMemcpyPeer(to, reader, from, other, kBytes) == cudaSuccess &&
      cudaMemcpy(arrived.data(), to, kBytes, cudaMemcpyDeviceToHost) == cudaSuccess;
  cudaFree(from);
  cudaSetDevice(reader);
  cudaFree(to);
  return is_done && arrived == sent;
}

// Where two GPUs cannot, the runtime copies by way of the host. Some machines say that they can and
// then lose what is copied (CUDA C++ Programming Guide, "IOMMU on Linux"), so it is tried.
void LetReadEachOther(const std::vector<int>& ordinals) {
  for (const int reader : ordinals) {
    for (const int other : ordinals) {
      int is_possible = 0;
      if (reader == other) continue;
      if (cudaDeviceCanAccessPeer(&is_possible, reader, other) != cudaSuccess) continue;
      if (is_possible == 0 || cudaSetDevice(reader) != cudaSuccess) continue;
      if (cudaDeviceEnablePeerAccess(other, 0) != cudaSuccess) continue;
      if (!CopiesArrive(reader, other)) cudaDeviceDisablePeerAccess(other);
    }
  }
}

// Whether a GPU keeps pace with the first one and has room for as many rows.
bool IsLike(int ordinal, Executor& gpu, int first_ordinal, std::uint64_t first_free_bytes) {
  cudaDeviceProp properties;
  cudaDeviceProp first;
  if (cudaGetDeviceProperties(&properties, ordinal) != cudaSuccess) return false;
  if (cudaGetDeviceProperties(&first, first_ordinal) != cudaSuccess) return false;
  return properties.major == first.major && properties.minor == first.minor &&
         properties.multiProcessorCount == first.multiProcessorCount &&
         gpu.FreeBytes() >= first_free_bytes / 4 * 3;
}

// "0: NVIDIA A, 1: NVIDIA B".
std::string ListDevices(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties;
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    list += (list.empty() ? "" : ", ") + std::to_string(i) + ": " + properties.name;
  }
  return list;
}

}  // namespace

Result<std::unique_ptr<Executor>> OpenCudaDevice(int ordinal) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (!HasDriver()) {
    return Unavailable("there is no NVIDIA driver (libcuda.so.1) here",
                       "run on a machine with a GPU (docker: --gpus all), or set device to cpu or "
                       "auto");
  }
  if (error != cudaSuccess || count == 0) {
    return Unavailable("the NVIDIA driver shows none: " + std::string(cudaGetErrorString(error)),
                       "run on a machine with a GPU and a driver for CUDA 13, or set device to cpu "
                       "or auto");
  }
  const int index = ordinal < 0 ? 0 : ordinal;
  if (index >= count) {
    return Unavailable("the machine has " + std::to_string(count) +
                           (count == 1 ? " GPU" : " GPUs") + " (" + ListDevices(count) + ")",
                       "name one of them, or cuda");
  }
  cudaDeviceProp properties;
  if (const cudaError_t failed = cudaGetDeviceProperties(&properties, index);
      failed != cudaSuccess) {
    return Unavailable("it does not answer: " + std::string(cudaGetErrorString(failed)),
                       "try another machine");
  }
  if (properties.major < kMinMajor) {
    return Unavailable(std::string(properties.name) + " has compute capability " +
                           std::to_string(properties.major) + "." +
                           std::to_string(properties.minor) + "; 8.0 is needed",
                       "use a newer GPU, or set device to cpu or auto");
  }
  auto executor = std::make_unique<CudaExecutor>(index, properties);
  BOOSTYARD_RETURN_IF_ERROR(executor->Prepare());
  return std::unique_ptr<Executor>(std::move(executor));
}

std::uint64_t GraphLaunchesOf(const Executor& device) {
  return static_cast<const CudaExecutor&>(device).graph_launches();
}

std::string GraphErrorOf(const Executor& device) {
  return static_cast<const CudaExecutor&>(device).graph_error();
}

int CountCudaDevices() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

Result<CudaDevices> OpenCudaDevices(int most) {
  CudaDevices devices;
  std::vector<int> ordinals = {0};
  BOOSTYARD_ASSIGN_OR_RETURN(std::unique_ptr<Executor> first, OpenCudaDevice(0));
  const std::uint64_t free_bytes = first->FreeBytes();
  devices.executors.push_back(std::move(first));
  devices.visible_count = CountCudaDevices();
  for (int i = 1; i < devices.visible_count && static_cast<int>(ordinals.size()) < most; ++i) {
    auto executor = OpenCudaDevice(i);
    // Too old, in use by somebody else, or another kind, for which the others would wait.
    if (!executor.ok() || !IsLike(i, **executor, 0, free_bytes)) {
      ++devices.unlike_count;
      continue;
    }
    devices.executors.push_back(*std::move(executor));
    ordinals.push_back(i);
  }
  LetReadEachOther(ordinals);
  // What was in vain is no error of what follows.
  cudaGetLastError();
  devices.executors.front()->Enter();
  return devices;
}

}  // namespace boostyard::device
