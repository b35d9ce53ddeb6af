/// The plain bytes of one data file, in order, whether it is compressed or not.
struct ByteSource {
    let file: DataFileRole
    /// All plain bytes when they lie in memory anyway, nil for a compressed file.
    let whole: UnsafeRawBufferPointer?
    private let inflater: Inflater?
    private var position = 0

    init(
        _ bytes: UnsafeRawBufferPointer,
        file: DataFileRole,
        limits: DataLimits,
        recognisesGzip: Bool = true,
    ) throws(DataProblem) {
        self.file = file
        guard !bytes.isEmpty else {
            throw DataProblem(
                .emptyFile,
                in: file,
                found: "the file has no bytes",
                cure: "name a file with data in it",
            )
        }
        if recognisesGzip, Inflater.isGzip(bytes) {
            inflater = try Inflater(
                bytes,
                file: file,
                maximumBytes: limits.maximumInflatedBytes,
            )
            whole = nil
        } else {
            inflater = nil
            whole = bytes
        }
    }

    /// Bytes that were deflated without any wrapper, as in a zip file.
    init(
        deflated bytes: UnsafeRawBufferPointer, file: DataFileRole, limits: DataLimits
    ) throws(DataProblem) {
        self.file = file
        whole = nil
        inflater = try Inflater(
            bytes, file: file, maximumBytes: limits.maximumInflatedBytes, isGzip: false)
    }

    /// Fills the buffer as far as there are bytes; fewer than its size only at the end.
    mutating func read(
        into buffer: UnsafeMutableRawBufferPointer
    ) throws(DataProblem) -> Int {
        if let inflater {
            return try inflater.read(into: buffer)
        }
        guard let whole else { return 0 }
        let count = min(buffer.count, whole.count - position)
        if count > 0 {
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(rebasing: whole[position..<position + count]))
            position += count
        }
        return count
    }

    /// The next `count` bytes (small headers only), or fewer when the file ends before.
    mutating func readBytes(_ count: Int) throws(DataProblem) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var problem: DataProblem?
        var filled = 0
        bytes.withUnsafeMutableBytes { buffer in
            do throws(DataProblem) {
                filled = try read(into: buffer)
            } catch {
                problem = error
            }
        }
        if let problem {
            throw problem
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Bytes that follow what was read so far when that is known without reading them.
    var knownRemaining: Int? { whole.map { $0.count - position } }
}
