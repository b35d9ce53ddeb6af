import ClusterVocabulary
import Glibc

/// Finds the program a command names, as a shell would: in its folder when the name has a slash,
/// otherwise along the PATH of its environment.
enum ProgramSearch {
    static func find(_ start: TaskStart) -> String? {
        guard let name = start.arguments.first, !name.isEmpty else { return nil }
        if name.hasPrefix("/") { return name }
        if name.contains("/") { return "\(start.folder)/\(name)" }
        let path =
            start.environment.last { $0.name == "PATH" }?.value
            ?? "/usr/local/bin:/usr/bin:/bin"
        for folder in path.split(separator: ":", omittingEmptySubsequences: true) {
            let candidate =
                folder.hasPrefix("/")
                ? "\(folder)/\(name)" : "\(start.folder)/\(folder)/\(name)"
            var status = stat()
            if stat(candidate, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                access(candidate, X_OK) == 0
            {
                return candidate
            }
        }
        return nil
    }
}
