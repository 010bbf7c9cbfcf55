// In place of libFuzzer where there is none: gives an entry each file below the folders named,
// once.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
  int played = 0;
  for (int i = 1; i < argc; ++i)
    for (const auto& file : std::filesystem::recursive_directory_iterator{argv[i]}) {
      if (!file.is_regular_file())
        continue;
      // Printed first, so that the last line names the input that ended the program.
      std::cout << file.path().string() << std::endl;
      std::ifstream in{file.path(), std::ios::binary};
      const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
      LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
      ++played;
    }
  std::cout << played << " inputs\n";
  return played == 0 ? 1 : 0;
}
