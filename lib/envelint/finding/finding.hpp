#pragma once

#include <envelint/finding/catalogue.hpp>
#include <envelint/text/span.hpp>

#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace envelint::finding {

using text::Span;

/// A change to a record's value: the bytes of `span` give way to `text`.
struct Edit {
  Span span;
  std::string text;
};

/// How a finding can be mended. An empty list of edits means that nothing is offered.
struct Fix {
  bool safe = false;        ///< keeps what was meant; `lint --fix` applies it unasked
  std::vector<Edit> edits;  ///< against the value the finding was made from; they do not overlap
};

/// A change to a file that was read: the bytes of `span` give way to `text`.
struct FileEdit {
  std::uint32_t file = 0;  ///< index into the files of the report
  Span span;               ///< byte offsets into that file
  std::string text;
};

/// How a finding can be mended where it is the file that is wrong and not the value that was read from it.
struct FileFix {
  bool safe = false;            ///< keeps what was meant; `lint --fix` applies it unasked
  std::vector<FileEdit> edits;  ///< they do not overlap
};

/// `value` with edits made. Edits must not overlap; their order does not matter.
[[nodiscard]] std::string apply(std::string_view value, std::vector<Edit> edits);

/// A second place in the value that helps to understand the first.
struct Label {
  Span span;
  std::string text;  ///< a few words set beside the carets; may be empty
};

/// A place in a file that was read, for findings about the file rather than about a record's value.
struct FilePlace {
  std::uint32_t file = 0;  ///< index into the files of the report
  Span span;               ///< byte offsets into that file
};

/// One thing found, as data. The texts are whole and in plain words; they may quote bytes of the record, so
/// whoever shows them makes hidden characters visible first.
struct Finding {
  Code code;
  Severity severity;
  Span span;                  ///< offsets into the record's joined value; empty span: the place between two bytes
  std::string span_label;     ///< a few words set beside the carets of `span`; may be empty
  std::string message;        ///< what is wrong, one sentence without a full stop
  std::string note;           ///< why it matters, may be empty; the reference is added by renderers
  std::string help;           ///< exactly what to do or type, may be empty
  std::vector<Label> labels;  ///< more places in the same value
  std::optional<Fix> fix;
  std::optional<FileFix> file_fix;  ///< in place of `fix`, for findings about the file's text
  int record = -1;                  ///< index into the report's records; -1: about a name or a file, not a record
  std::string owner;                ///< the name it is about, where `record` is -1
  std::optional<FilePlace> place;   ///< where in a file, for findings about the file's text
  bool secret = false;  ///< the bytes of `span` must not be shown: whoever shows the record's value, for this
                        ///< finding or another, or a rewrite of it, puts `…` in their place
};

/// Sets the texts of a finding just added. Refers to the finding: use it in the statement that made it.
class Draft {
 public:
  explicit Draft(Finding& finding) : finding_(finding) {}

  template <typename... Args>
  Draft& message(fmt::format_string<Args...> format, Args&&... args) {
    finding_.message = fmt::format(format, std::forward<Args>(args)...);
    return *this;
  }
  template <typename... Args>
  Draft& note(fmt::format_string<Args...> format, Args&&... args) {
    finding_.note = fmt::format(format, std::forward<Args>(args)...);
    return *this;
  }
  template <typename... Args>
  Draft& help(fmt::format_string<Args...> format, Args&&... args) {
    finding_.help = fmt::format(format, std::forward<Args>(args)...);
    return *this;
  }
  /// Words beside the carets of the main span.
  Draft& label(std::string text) {
    finding_.span_label = std::move(text);
    return *this;
  }
  /// A second place in the value.
  Draft& also(Span span, std::string text = {}) {
    finding_.labels.push_back({span, std::move(text)});
    return *this;
  }
  /// A rewrite that keeps what was meant.
  Draft& fix(std::vector<Edit> edits) { return set_fix(true, std::move(edits)); }
  Draft& fix(Span span, std::string replacement) { return set_fix(true, {{span, std::move(replacement)}}); }
  /// A rewrite that a person has to agree to.
  Draft& suggest(std::vector<Edit> edits) { return set_fix(false, std::move(edits)); }
  Draft& suggest(Span span, std::string replacement) { return set_fix(false, {{span, std::move(replacement)}}); }
  /// A change to the file; `safe` if it keeps what was meant.
  Draft& fix_file(bool safe, std::vector<FileEdit> edits) {
    finding_.file_fix = FileFix{safe, std::move(edits)};
    return *this;
  }
  /// Overrides the catalogue where the case at hand is milder or worse than the rule.
  Draft& severity(Severity severity) {
    finding_.severity = severity;
    return *this;
  }
  /// The record it is about, by its index.
  Draft& record(int index) {
    finding_.record = index;
    return *this;
  }
  /// The bytes of the main span are a secret, such as a private key: they are masked wherever the value is shown.
  Draft& secret() {
    finding_.secret = true;
    return *this;
  }
  Draft& owner(std::string name) {
    finding_.owner = std::move(name);
    return *this;
  }
  Draft& place(FilePlace place) {
    finding_.place = place;
    return *this;
  }

 private:
  Draft& set_fix(bool safe, std::vector<Edit> edits) {
    finding_.fix = Fix{safe, std::move(edits)};
    return *this;
  }

  Finding& finding_;
};

/// Findings in the order rules make them.
class Findings {
 public:
  /// Adds a finding with the severity the catalogue gives its code.
  Draft add(Code code, Span span) {
    items_.push_back(Finding{.code = code, .severity = entry(code).severity, .span = span});
    return Draft(items_.back());
  }
  [[nodiscard]] bool has(Code code) const noexcept;
  [[nodiscard]] const std::vector<Finding>& items() const noexcept { return items_; }
  [[nodiscard]] std::vector<Finding>& items() noexcept { return items_; }
  [[nodiscard]] std::vector<Finding> take() && noexcept { return std::move(items_); }

 private:
  std::vector<Finding> items_;
};

}  // namespace envelint::finding
