#include "routes/image_source.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace hedgerow;

TEST_CASE("an image is inline in base64 or at an https address", "[image_source]") {
  struct row {
    std::string url;
    bool known;
    std::string_view media_type;
    std::string_view data;
  };
  for (const auto& x :
       std::vector<row>{{"data:image/png;base64,AA==", true, "image/png", "AA=="},
                        {"DATA:image/jpeg;name=x.jpg;BASE64,+/9=", true, "image/jpeg", "+/9="},
                        {"data:image/png,AA==", false, {}, {}},
                        {"data:;base64,AA==", false, {}, {}},
                        {"data:image/png;base64,", false, {}, {}},
                        {"data:image/png;base64,A\"", false, {}, {}},
                        {"data:image/png;base64", false, {}, {}},
                        {"https://h/a.PNG?x=1#y", true, "image/png", {}},
                        {"https://h/a.jpeg", true, "image/jpeg", {}},
                        {"HTTPS://h/a", true, {}, {}},
                        {"http://h/a.png", false, {}, {}},
                        {"gs://b/a.png", false, {}, {}},
                        {"", false, {}, {}}}) {
    INFO(x.url);
    const part image{part::kind::image, x.url, {}};
    const auto found = read_image(image);
    REQUIRE(found.has_value() == x.known);
    if (!found)
      continue;
    CHECK(found->media_type == x.media_type);
    CHECK(found->data == x.data);
    CHECK(found->url == (x.data.empty() ? std::string_view{image.text} : std::string_view{}));
  }
}
