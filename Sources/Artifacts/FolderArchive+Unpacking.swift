import Glibc

extension FolderArchive {
    /// Unpacks an archive into an existing folder; how many entries it had.
    ///
    /// Nothing is written outside: paths that leave the folder, pass through a symbolic link, or
    /// name anything but files, folders and links are refused. Links are made last, so that nothing
    /// is written through one. Throws at the first problem; what was unpacked before stays.
    package static func unpack(
        _ file: String, into folder: String, bounds: Bounds = Bounds()
    ) throws(ArtifactError) -> Int {
        let input = open(file, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw ArtifactError("open", file, errno: errno) }
        defer { close(input) }
        return try unpack(from: input, named: file, into: folder, bounds: bounds)
    }

    /// Unpacks an open file, which whoever unpacks need not be able to open.
    package static func unpack(
        from input: Int32, named file: String, into folder: String, bounds: Bounds = Bounds()
    ) throws(ArtifactError) -> Int {
        let root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard root >= 0 else { throw ArtifactError("open", folder, errno: errno) }
        defer { close(root) }
        var reader = Unpacking(input: input, root: root, file: file, bounds: bounds)
        return try reader.run()
    }
}

/// One unpacking under way.
private struct Unpacking {
    let input: Int32
    let root: Int32
    let file: String
    let bounds: FolderArchive.Bounds
    private var count = 0
    private var bytes: Int64 = 0
    private var links: [(path: String, target: String)] = []
    private var longPath: String?
    private var longLink: String?

    init(input: Int32, root: Int32, file: String, bounds: FolderArchive.Bounds) {
        self.input = input
        self.root = root
        self.file = file
        self.bounds = bounds
    }

    mutating func run() throws(ArtifactError) -> Int {
        while let block = try block() {
            if block.allSatisfy({ $0 == 0 }) { break }
            guard var header = TarHeader(block: block) else {
                throw FolderArchive.refused(file, "a header is damaged")
            }
            if header.kind == UInt8(ascii: "L") || header.kind == UInt8(ascii: "K") {
                let text = try longText(header)
                if header.kind == UInt8(ascii: "L") { longPath = text } else { longLink = text }
                continue
            }
            if let longPath { header.path = longPath }
            if let longLink { header.link = longLink }
            longPath = nil
            longLink = nil
            try take(header)
        }
        for link in links { try make(link.path, linkTo: link.target) }
        return count
    }

    private mutating func take(_ header: TarHeader) throws(ArtifactError) {
        var path = header.path
        while path.hasSuffix("/") { path.removeLast() }
        if let problem = FolderArchive.problem(ofPath: path) {
            throw FolderArchive.refused(file, "the path \(path.prefix(100)) \(problem)")
        }
        count += 1
        guard count <= bounds.entries else {
            throw FolderArchive.refused(file, "it has more than \(bounds.entries) entries")
        }
        switch header.kind {
        case UInt8(ascii: "5"):
            let parent = try openFolder(path[...])
            close(parent)
        case UInt8(ascii: "2"):
            guard !header.link.isEmpty, header.link.utf8.count <= FolderArchive.longestPath else {
                throw FolderArchive.refused(file, "a link has no target")
            }
            links.append((path, header.link))
        case UInt8(ascii: "0"):
            let (total, overflow) = bytes.addingReportingOverflow(header.size)
            guard header.size >= 0, !overflow, total <= bounds.bytes else {
                throw FolderArchive.refused(
                    file, "its files have more than \(bounds.bytes >> 20) MiB")
            }
            bytes = total
            try write(path, header)
        default:
            throw FolderArchive.refused(
                file, "\(path.prefix(100)) is neither a file nor a folder nor a link")
        }
    }

    private func write(_ path: String, _ header: TarHeader) throws(ArtifactError) {
        let (parent, name) = try place(of: path)
        defer { close(parent) }
        unlinkat(parent, name, 0)
        let mode: mode_t = header.mode & 0o100 != 0 ? 0o755 : 0o644
        let output = openat(
            parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard output >= 0 else { throw failure(of: path, errno) }
        defer { close(output) }
        var left = header.size
        while left > 0 {
            let piece = try read(Int(min(left, 1 << 20)))
            var done = 0
            while done < piece.count {
                let written = piece.withUnsafeBytes {
                    Glibc.write(output, $0.baseAddress.map { $0 + done }, piece.count - done)
                }
                if written > 0 {
                    done += written
                } else if errno != EINTR {
                    throw ArtifactError("write", path, errno: errno)
                }
            }
            left -= Int64(piece.count)
        }
        _ = try read(Int((512 - header.size % 512) % 512))
    }

    private func make(_ path: String, linkTo target: String) throws(ArtifactError) {
        let (parent, name) = try place(of: path)
        defer { close(parent) }
        unlinkat(parent, name, 0)
        guard symlinkat(target, parent, name) == 0 else { throw failure(of: path, errno) }
    }

    /// Why an entry could not be made: the archive's own fault when it names one path twice as
    /// different things, or one that no file system takes.
    private func failure(of path: String, _ code: Int32) -> ArtifactError {
        switch code {
        case EEXIST, ENOTDIR, EISDIR, ELOOP, ENAMETOOLONG, EINVAL:
            FolderArchive.refused(
                file, "\(path.prefix(100)) cannot be made: \(String(cString: strerror(code)))")
        default: ArtifactError("create", path, errno: code)
        }
    }

    private func place(of path: String) throws(ArtifactError) -> (parent: Int32, name: String) {
        guard let slash = path.lastIndex(of: "/") else {
            return (try openFolder(""), path)
        }
        return (try openFolder(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// Opens a folder below the root, making it; never through a link.
    private func openFolder(_ path: Substring) throws(ArtifactError) -> Int32 {
        var folder = dup(root)
        for part in path.split(separator: "/") {
            let name = String(part)
            if mkdirat(folder, name, 0o755) != 0, errno != EEXIST {
                let code = errno
                close(folder)
                throw failure(of: String(path), code)
            }
            let next = openat(
                folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            close(folder)
            guard next >= 0 else {
                throw FolderArchive.refused(
                    file, "\(path.prefix(100)) passes through something that is no folder")
            }
            folder = next
        }
        return folder
    }

    private mutating func longText(_ header: TarHeader) throws(ArtifactError) -> String {
        guard (1...Int64(FolderArchive.longestPath) + 1).contains(header.size) else {
            throw FolderArchive.refused(file, "a name is too long")
        }
        let bytes = try read(Int(header.size))
        _ = try read(Int((512 - header.size % 512) % 512))
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// The next block; `nil` at the end of the file.
    private func block() throws(ArtifactError) -> [UInt8]? {
        var block = [UInt8](repeating: 0, count: 512)
        let count = try fill(&block)
        if count == 0 { return nil }
        guard count == 512 else { throw FolderArchive.refused(file, "it is cut short") }
        return block
    }

    private func read(_ count: Int) throws(ArtifactError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard try fill(&bytes) == count else {
            throw FolderArchive.refused(file, "it is cut short")
        }
        return bytes
    }

    private func fill(_ bytes: inout [UInt8]) throws(ArtifactError) -> Int {
        var done = 0
        while done < bytes.count {
            let (start, wanted) = (done, bytes.count - done)
            let count = bytes.withUnsafeMutableBytes {
                Glibc.read(input, $0.baseAddress.map { $0 + start }, wanted)
            }
            if count == 0 { break }
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw ArtifactError("read", file, errno: errno)
            }
        }
        return done
    }
}
