# cmake -DNAME=kReportCss -DIN=report.css -DOUT=report_css.cc -P embed_text.cmake
# A text file as a C++ constant; container/report/page.h declares it.
file(READ "${IN}" text)
file(WRITE "${OUT}" "#include \"container/report/page.h\"\n\nnamespace boostyard::container {\n\n\
const std::string_view ${NAME} = R\"boostyard(")
file(APPEND "${OUT}" "${text}")
file(APPEND "${OUT}" ")boostyard\";\n\n}  // namespace boostyard::container\n")
