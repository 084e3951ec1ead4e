# Makes LibArchive::LibArchive mean the static library with what ustar and gzip need, zlib. The shared one
# brings ICU, libxml2 and eight more libraries (some 40 MB) into the image and milliseconds into every
# start.
#
# The writer of ustar calls a helper for entries of unknown type, and that helper lives in the same
# object file as the table of all formats, which would pull in everything. Our entries are regular files,
# so the helper is never called: the linker gets archive_write_fail (which fails the archive) for it.
find_library(BOOSTYARD_LIBARCHIVE_A NAMES libarchive.a)
find_library(BOOSTYARD_LIBZ_A NAMES libz.a)
option(BOOSTYARD_STATIC_LIBARCHIVE "Link libarchive and zlib statically" ON)
if(BOOSTYARD_STATIC_LIBARCHIVE AND BOOSTYARD_LIBARCHIVE_A AND BOOSTYARD_LIBZ_A)
  set_target_properties(LibArchive::LibArchive PROPERTIES
    IMPORTED_LOCATION "${BOOSTYARD_LIBARCHIVE_A}"
    INTERFACE_LINK_LIBRARIES "${BOOSTYARD_LIBZ_A}"
    INTERFACE_LINK_OPTIONS
      "LINKER:--defsym=__archive_write_entry_filetype_unsupported=archive_write_fail")
endif()
