#include "container/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/error_table.h"

namespace boostyard::container {
namespace {

constexpr const char* kGzipOptions = "gzip:!timestamp,gzip:compression-level=6";
constexpr std::size_t kMaxModelBytes = std::size_t{1} << 32;  // an archive bomb is no model

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Writer = std::unique_ptr<archive, FreeWriter>;
using Reader = std::unique_ptr<archive, FreeReader>;
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

la_ssize_t Append(archive*, void* out, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  auto* sink = static_cast<std::vector<std::uint8_t>*>(out);
  sink->insert(sink->end(), bytes, bytes + size);
  return static_cast<la_ssize_t>(size);
}

Error WriteFailed(archive* writer) {
  const char* reason = archive_error_string(writer);
  return MakeError(ErrorId::kInternal, std::string("the archive cannot be made: ") +
                                           (reason != nullptr ? reason : "?"));
}

Status WriteMember(archive* writer, const ArchiveMember& member) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), member.name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.bytes.size()));
  archive_entry_set_mtime(entry.get(), 0, 0);
  archive_entry_set_uid(entry.get(), 0);
  archive_entry_set_gid(entry.get(), 0);
  if (archive_write_header(writer, entry.get()) != ARCHIVE_OK) return WriteFailed(writer);
  std::span<const std::uint8_t> rest = member.bytes;
  while (!rest.empty()) {
    const la_ssize_t count = archive_write_data(writer, rest.data(), rest.size());
    if (count <= 0) return WriteFailed(writer);
    rest = rest.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Error NotAnArchive(const std::string& file, const std::string& reason) {
  return MakeError(ErrorId::kModelBad, file + " is not a model archive: " + reason,
                   "give the model.tar.gz of a training job, or the xgboost-model in it");
}

Result<std::vector<std::uint8_t>> ReadMember(archive* reader, const std::string& file) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> buffer(1 << 16);
  for (;;) {
    const la_ssize_t count = archive_read_data(reader, buffer.data(), buffer.size());
    if (count == 0) return bytes;
    if (count < 0) {
      const char* reason = archive_error_string(reader);
      return NotAnArchive(file, reason != nullptr ? reason : "it is damaged");
    }
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + count);
    if (bytes.size() > kMaxModelBytes) return NotAnArchive(file, "its model is larger than 4 GiB");
  }
}

}  // namespace

bool IsModelFileName(std::string_view name) {
  constexpr std::string_view kModel = kModelFileName;
  if (name.substr(0, kModel.size()) != kModel) return false;
  const std::string_view rest = name.substr(kModel.size());
  return rest.empty() ||
         (rest.size() > 1 && rest.front() == '-' &&
          std::all_of(rest.begin() + 1, rest.end(), [](char c) { return c >= '0' && c <= '9'; }));
}

Result<std::vector<std::uint8_t>> WriteTarGz(std::span<const ArchiveMember> members) {
  std::vector<std::uint8_t> bytes;
  const Writer writer(archive_write_new());
  if (!writer) return MakeError(ErrorId::kOutOfMemory, "no memory for the archive");
  if (archive_write_add_filter_gzip(writer.get()) != ARCHIVE_OK ||
      archive_write_set_format_ustar(writer.get()) != ARCHIVE_OK ||
      archive_write_set_options(writer.get(), kGzipOptions) != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block(writer.get(), 1) !=
          ARCHIVE_OK ||  // no zeros after gzip
      archive_write_open2(writer.get(), &bytes, nullptr, Append, nullptr, nullptr) != ARCHIVE_OK) {
    return WriteFailed(writer.get());
  }
  for (const ArchiveMember& member : members) {
    BOOSTYARD_RETURN_IF_ERROR(WriteMember(writer.get(), member));
  }
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return WriteFailed(writer.get());
  return bytes;
}

Result<std::vector<ArchiveMember>> ReadModelTarGz(std::span<const std::uint8_t> bytes,
                                                  const std::string& file) {
  const Reader reader(archive_read_new());
  if (!reader) return MakeError(ErrorId::kOutOfMemory, "no memory for the archive");
  archive_read_support_filter_gzip(reader.get());
  archive_read_support_format_tar(reader.get());
  const auto failed = [&] {
    const char* reason = archive_error_string(reader.get());
    return NotAnArchive(file, reason != nullptr ? reason : "it is damaged");
  };
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) {
    return failed();
  }
  std::vector<ArchiveMember> members;
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK) return failed();
    const char* path = archive_entry_pathname(entry);
    std::string name = path != nullptr ? path : "";
    if (name.rfind("./", 0) == 0) name.erase(0, 2);
    if (!IsModelFileName(name) || archive_entry_filetype(entry) != AE_IFREG) continue;
    BOOSTYARD_ASSIGN_OR_RETURN(auto content, ReadMember(reader.get(), file));
    members.push_back({std::move(name), std::move(content)});
  }
  if (members.empty()) return NotAnArchive(file, "it holds no xgboost-model");
  return members;
}

}  // namespace boostyard::container
