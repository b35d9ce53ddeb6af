import Glibc

extension FolderArchive {
    /// Packs a folder, or some paths of it, into a file; how many files it has.
    ///
    /// `isIgnored` is asked for each path relative to the folder; an ignored folder is not entered.
    /// Throws when a bound is exceeded, naming where.
    package static func pack(
        _ folder: String, paths: [String] = ["."], into file: String,
        bounds: Bounds = Bounds(),
        isIgnored: (_ path: String, _ isFolder: Bool) -> Bool = { _, _ in false }
    ) throws(ArtifactError) -> Int {
        let output = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw ArtifactError("create", file, errno: errno) }
        defer { close(output) }
        return try pack(
            folder, paths: paths, to: output, named: file, bounds: bounds, isIgnored: isIgnored)
    }

    /// Packs into an open file, which whoever packs need not be able to open.
    package static func pack(
        _ folder: String, paths: [String] = ["."], to output: Int32, named file: String,
        bounds: Bounds = Bounds(),
        isIgnored: (_ path: String, _ isFolder: Bool) -> Bool = { _, _ in false }
    ) throws(ArtifactError) -> Int {
        var entries: [Entry] = []
        var bytes: Int64 = 0
        for path in paths {
            try collect(folder, clean(path), isIgnored, bounds, &entries, &bytes)
        }
        entries.sort { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
        var last = ""
        var count = 0
        for entry in entries where entry.path != last {
            last = entry.path
            count += 1
            try write(entry, of: folder, to: output, file)
        }
        try write([UInt8](repeating: 0, count: 1_024), to: output, file)
        return count
    }

    /// Without `./` in front and `/` behind.
    private static func clean(_ path: String) -> String {
        var text = path[...]
        while text.hasPrefix("./") { text = text.dropFirst(2) }
        while text.hasSuffix("/") { text = text.dropLast() }
        return text == "." ? "" : String(text)
    }

    private static func collect(
        _ folder: String, _ path: String, _ isIgnored: (String, Bool) -> Bool,
        _ bounds: Bounds, _ entries: inout [Entry], _ bytes: inout Int64
    ) throws(ArtifactError) {
        let whole = path.isEmpty ? folder : "\(folder)/\(path)"
        if !path.isEmpty, let problem = problem(ofPath: path) {
            throw ArtifactError(
                .invalidName, "pack", whole, reason: "the path \(problem)",
                cure: "name a path below the folder")
        }
        var status = stat()
        guard lstat(whole, &status) == 0 else { throw ArtifactError("read", whole, errno: errno) }
        let format = status.st_mode & S_IFMT
        if !path.isEmpty, isIgnored(path, format == S_IFDIR) { return }
        switch format {
        case S_IFREG:
            bytes += Int64(status.st_size)
            let isExecutable = status.st_mode & 0o100 != 0
            entries.append(
                Entry(
                    path: path,
                    kind: .file(byteCount: Int64(status.st_size), isExecutable: isExecutable)))
        case S_IFLNK:
            var target = [CChar](repeating: 0, count: 4_097)
            let count = readlink(whole, &target, 4_096)
            guard count > 0 else { throw ArtifactError("read", whole, errno: errno) }
            let text = String(
                decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            entries.append(Entry(path: path, kind: .link(text)))
        case S_IFDIR:
            if !path.isEmpty { entries.append(Entry(path: path, kind: .folder)) }
            for name in try names(in: whole) {
                let inner = path.isEmpty ? name : "\(path)/\(name)"
                try collect(folder, inner, isIgnored, bounds, &entries, &bytes)
            }
        default: break
        }
        guard entries.count <= bounds.entries, bytes <= bounds.bytes else {
            throw ArtifactError(
                .tooLarge, "pack", whole,
                reason: "there are more than \(bounds.entries) files or \(bounds.bytes >> 20) MiB",
                cure: "name what is not needed in .mlctlignore")
        }
    }

    private static func names(in folder: String) throws(ArtifactError) -> [String] {
        guard let listing = opendir(folder) else {
            throw ArtifactError("read", folder, errno: errno)
        }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func write(
        _ entry: Entry, of folder: String, to output: Int32, _ file: String
    ) throws(ArtifactError) {
        switch entry.kind {
        case .folder:
            try write(
                TarHeader.bytes(path: entry.path + "/", kind: "5", mode: 0o755, size: 0),
                to: output, file)
        case .link(let target):
            try write(
                TarHeader.bytes(path: entry.path, kind: "2", mode: 0o777, size: 0, link: target),
                to: output, file)
        case .file(let byteCount, let isExecutable):
            let path = "\(folder)/\(entry.path)"
            // Passed over like any other that is no file, when one took the file's place since.
            guard let input = try openFile(path) else { return }
            defer { close(input) }
            try write(
                TarHeader.bytes(
                    path: entry.path, kind: "0", mode: isExecutable ? 0o755 : 0o644,
                    size: byteCount), to: output, file)
            try copy(input, path, byteCount, to: output, file)
        }
    }

    /// Opens a file, never through a link and without waiting for the other end of a pipe; `nil`
    /// for what is no regular file.
    private static func openFile(_ path: String) throws(ArtifactError) -> Int32? {
        let input = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard input >= 0 else { throw ArtifactError("read", path, errno: errno) }
        var status = stat()
        guard fstat(input, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(input)
            return nil
        }
        return input
    }

    /// Copies exactly so many bytes: a file that changed meanwhile is an error, not a damaged
    /// archive.
    private static func copy(
        _ input: Int32, _ path: String, _ byteCount: Int64, to output: Int32, _ file: String
    ) throws(ArtifactError) {
        var left = byteCount
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while left > 0 {
            let count = read(input, &piece, Int(min(left, Int64(piece.count))))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw ArtifactError(
                    .incomplete, "pack", path, reason: "it became shorter while it was read",
                    cure: "try again when nobody writes there")
            }
            try write(Array(piece[..<count]), to: output, file)
            left -= Int64(count)
        }
        let padding = Int((512 - byteCount % 512) % 512)
        if padding > 0 { try write([UInt8](repeating: 0, count: padding), to: output, file) }
    }

    private static func write(
        _ bytes: [UInt8], to output: Int32, _ file: String
    ) throws(ArtifactError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(output, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw ArtifactError("write", file, errno: errno)
            }
        }
    }
}
