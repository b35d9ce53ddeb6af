import Foundation

/// The files people wrote, found from the place of this source file.
enum RepositoryTree {
    /// The folder that holds Package.swift.
    static let root: URL = {
        // The folder may be a link: its real place counts.
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return folder.resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
    }()

    /// Folders with nothing written by hand.
    private static let skipped: Set<String> = [".build", ".git", ".swiftpm", ".venv", "dist"]

    /// Every file, relative to the root, ordered by path; generated code included.
    static let paths: [String] = {
        var found: [String] = []
        func walk(_ folder: String) {
            let place = folder.isEmpty ? root : root.appending(path: folder)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
            for name in names.sorted() where !skipped.contains(name) {
                if name.hasPrefix(".build") || name == "Package.resolved" { continue }
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                var isFolder: ObjCBool = false
                _ = FileManager.default.fileExists(
                    atPath: root.appending(path: path).path, isDirectory: &isFolder)
                if isFolder.boolValue { walk(path) } else { found.append(path) }
            }
        }
        walk("")
        return found
    }()

    /// The Swift files of `Sources` and `Tests` that people wrote.
    static let swiftFiles: [SwiftText] = paths.filter { path in
        path.hasSuffix(".swift") && (path.hasPrefix("Sources/") || path.hasPrefix("Tests/"))
            && !isGenerated(path)
    }.compactMap { path in text(of: path).map { SwiftText(path: path, text: $0) } }

    /// The Markdown files.
    static let markdownFiles: [(path: String, text: String)] = paths.filter {
        $0.hasSuffix(".md")
    }.compactMap { path in text(of: path).map { (path, $0) } }

    /// Whether a tool wrote the file.
    static func isGenerated(_ path: String) -> Bool {
        path.hasPrefix("Sources/WireCodec/Generated/")
    }

    /// A file's text; nothing when it is missing or not UTF-8.
    static func text(of path: String) -> String? {
        try? String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
