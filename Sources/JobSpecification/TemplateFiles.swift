/// Reads the files that `template: {file: …}` names; only the client can.
package struct TemplateFiles: Sendable {
    /// Gives a file's text, or says why it cannot be read.
    let load: @Sendable (String) -> Loaded

    /// What reading gave.
    package enum Loaded: Sendable {
        /// The text of the file, and how people know it.
        case text(String, name: String)
        /// Why it cannot be read.
        case problem(String)
    }

    /// Reads with a function.
    package init(_ load: @escaping @Sendable (String) -> Loaded) {
        self.load = load
    }

    /// For a place without files, such as the scheduler.
    package static let none = TemplateFiles { _ in
        .problem("names a file of the client: mlctl submit reads it; by hand, write the job here")
    }

    /// The template in a file, or nothing when anything was reported.
    func load(
        _ path: String, at position: SourcePosition, _ collector: DiagnosticCollector
    ) -> TrialTemplate? {
        switch load(path) {
        case .problem(let message):
            collector.report(position, "spec.template.file", message)
            return nil
        case .text(let text, let name):
            guard text.utf8.count <= Limits.textBytes else {
                collector.report(
                    position, "spec.template.file",
                    "the file is longer than \(Limits.textBytes) bytes")
                return nil
            }
            let source = SourceText(text)
            let inner = DiagnosticCollector(file: name, source: source)
            let documents = DocumentParser(collector: inner).documents(of: source)
            guard inner.count == 0 else {
                collector.adopt(inner.diagnostics())
                return nil
            }
            guard let document = documents.first, documents.count == 1 else {
                collector.report(
                    position, "spec.template.file",
                    "\(name) has \(documents.count) documents, a template is one")
                return nil
            }
            return TrialTemplate(root: document, source: source, file: name, placeholders: .names)
        }
    }
}
