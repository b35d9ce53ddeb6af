private import CZlib

/// Streams the plain bytes of a gzip buffer; members that follow each other are joined.
final class Inflater {
    /// zlib keeps a pointer back to its stream, which must therefore never move.
    private let stream: UnsafeMutableRawPointer
    private let compressed: UnsafeRawBufferPointer
    private let file: DataFileRole
    private let maximumBytes: Int
    private let isGzip: Bool
    private var position = 0
    private var produced = 0
    private var isAtEnd = false

    /// True when the bytes begin as gzip does.
    static func isGzip(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    init(
        _ compressed: UnsafeRawBufferPointer,
        file: DataFileRole,
        maximumBytes: Int,
        isGzip: Bool = true,
    ) throws(DataProblem) {
        self.compressed = compressed
        self.isGzip = isGzip
        self.file = file
        self.maximumBytes = maximumBytes
        let typed = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        typed.initialize(to: z_stream())
        stream = UnsafeMutableRawPointer(typed)
        // 16 added to the window bits asks for the gzip wrapper and its checksum.
        // Negative ones ask for no wrapper at all.
        let windowBits: Int32 = isGzip ? 15 + 16 : -15
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(typed, windowBits, ZLIB_VERSION, size) == Z_OK else {
            throw DataProblem(
                .tooLarge,
                in: file,
                found: "no memory to inflate gzip",
                cure: "free memory on this host and try again",
            )
        }
    }

    deinit {
        let typed = stream.assumingMemoryBound(to: z_stream.self)
        inflateEnd(typed)
        typed.deallocate()
    }

    /// Fills the buffer as far as there are bytes; fewer than its size only at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(DataProblem) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        let maximumStep = 1 << 30
        var filled = 0
        while filled < buffer.count, !isAtEnd {
            let typed = stream.assumingMemoryBound(to: z_stream.self)
            let available = min(compressed.count - position, maximumStep)
            let wanted = min(buffer.count - filled, maximumStep)
            // zlib only reads through next_in; its type is mutable for historical reasons.
            typed.pointee.next_in = UnsafeMutablePointer(
                mutating: compressed.baseAddress?.advanced(by: position)
                    .assumingMemoryBound(to: Bytef.self))
            typed.pointee.avail_in = UInt32(available)
            typed.pointee.next_out = base.advanced(by: filled)
                .assumingMemoryBound(to: Bytef.self)
            typed.pointee.avail_out = UInt32(wanted)
            let status = inflate(typed, Z_NO_FLUSH)
            position += available - Int(typed.pointee.avail_in)
            let gained = wanted - Int(typed.pointee.avail_out)
            filled += gained
            produced += gained
            if produced > maximumBytes {
                throw tooLarge()
            }
            try handle(status, madeProgress: gained > 0)
        }
        return filled
    }

    private func handle(_ status: Int32, madeProgress: Bool) throws(DataProblem) {
        let typed = stream.assumingMemoryBound(to: z_stream.self)
        switch status {
        case Z_OK, Z_BUF_ERROR:
            if !madeProgress, position == compressed.count {
                throw DataProblem(
                    .truncatedGzip,
                    in: file,
                    found: "gzip ends after \(produced) plain bytes without its end mark",
                    cure: "the file was cut off; copy or download it again",
                )
            }
        case Z_STREAM_END:
            let rest = UnsafeRawBufferPointer(rebasing: compressed[position...])
            if !isGzip {
                isAtEnd = true
            } else if Self.isGzip(rest) {
                inflateReset(typed)
            } else if rest.allSatisfy({ $0 == 0 }) {
                // Block devices and tar pad with zeros; gzip itself ignores them too.
                isAtEnd = true
            } else {
                throw DataProblem(
                    .damagedGzip,
                    in: file,
                    found: "\(rest.count) bytes follow the end of the gzip data",
                    cure: "compress the file again with gzip",
                )
            }
        default:
            throw DataProblem(
                .damagedGzip,
                in: file,
                found: "gzip is damaged near compressed byte \(position)",
                cure: "check it with gzip -t and copy or download it again",
            )
        }
    }

    private func tooLarge() -> DataProblem {
        DataProblem(
            .tooLarge,
            in: file,
            found: "gzip inflates to more than \(maximumBytes) bytes",
            cure: "use a smaller file or raise the bound",
        )
    }
}
