import Artifacts
import ClusterVocabulary
import Determinism
import Glibc
import LinearAlgebra

/// The file of a checkpoint: a header of ``headerBytes`` bytes, then the state's elements.
///
///     0 magic "MLCCKPT1"   8 job u64   16 round i64   24 elements u64
///    32 trailer, see ``StateTrailer``; behind it the digest of the elements, high and low
///
/// Everything is little-endian; the header itself is covered by the SHA-256 the file is known by.
enum CheckpointFile {
    /// Bytes before the elements.
    static let headerBytes = trailerEnd + 16
    private static let trailerEnd = 32 + 4 * StateTrailer.wordCount
    private static let magic = CheckpointReference.magic.reversed().reduce(UInt64(0)) {
        $0 << 8 | UInt64($1)
    }

    /// A state with what belongs to it.
    struct Contents {
        var job: UInt64
        var round: Int64
        var trailer: StateTrailer
    }

    /// Why a file is no checkpoint of this job.
    enum Problem: Error, CustomStringConvertible {
        case notWritten(String, Int32)
        case malformed(String)
        case foreign(String)

        var description: String {
            switch self {
            case .notWritten(let path, let code):
                "\(path) cannot be written: \(String(cString: strerror(code)))"
            case .malformed(let path): "\(path) is no checkpoint, or damaged"
            case .foreign(let path): "\(path) is the checkpoint of another job"
            }
        }
    }

    /// The words before the elements.
    private static func header(
        _ contents: Contents, _ elements: UnsafeBufferPointer<Float>
    ) -> [UInt64] {
        let digest = FastDigest.of(UnsafeRawBufferPointer(elements))
        let words: [UInt64] = [
            magic, contents.job, UInt64(bitPattern: contents.round), UInt64(elements.count),
        ]
        return words + contents.trailer.encoded + [digest.high, digest.low]
    }

    /// A whole file in memory.
    static func bytes(
        _ contents: Contents, _ elements: UnsafeBufferPointer<Float>
    ) -> [UInt8] {
        let words = header(contents, elements)
        return words.withUnsafeBytes { Array($0) } + Array(UnsafeRawBufferPointer(elements))
    }

    /// Writes a whole file and gives its SHA-256 and length.
    static func write(
        _ contents: Contents, _ elements: UnsafeBufferPointer<Float>, to path: String
    ) throws -> (digest: SHA256Digest, byteCount: Int) {
        let body = UnsafeRawBufferPointer(elements)
        let words = header(contents, elements)
        guard let file = fopen(path, "wb") else { throw Problem.notWritten(path, errno) }
        var hasher = SHA256Hasher()
        var isWritten = words.withUnsafeBytes { header in
            hasher.update(header)
            return fwrite(header.baseAddress, 1, header.count, file) == header.count
        }
        hasher.update(body)
        if isWritten, !body.isEmpty {
            isWritten = fwrite(body.baseAddress, 1, body.count, file) == body.count
        }
        let code = errno
        guard fclose(file) == 0, isWritten else {
            unlink(path)
            throw Problem.notWritten(path, code)
        }
        return (hasher.finish(), headerBytes + body.count)
    }

    /// Reads a file into a state of exactly its size; nothing is changed when it does not fit.
    static func read(
        _ path: String, job: UInt64, into state: FloatBuffer
    ) throws -> Contents {
        let file = try MappedFile(path: path)
        let bytes = file.unsafeBytes
        func word(_ index: Int) -> UInt64 {
            UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        guard bytes.count >= headerBytes, word(0) == magic,
            let trailer = StateTrailer(UnsafeRawBufferPointer(rebasing: bytes[32..<trailerEnd])),
            let round = Int64(exactly: word(2)), round > 0
        else { throw Problem.malformed(path) }
        guard word(1) == job, word(3) == UInt64(state.count) else { throw Problem.foreign(path) }
        let body = UnsafeRawBufferPointer(rebasing: bytes[headerBytes...])
        guard body.count == state.count * MemoryLayout<Float>.size,
            FastDigest.of(body)
                == FastDigest(high: word(trailerEnd / 8), low: word(trailerEnd / 8 + 1)),
            let source = body.baseAddress
        else { throw Problem.malformed(path) }
        UnsafeMutableRawPointer(state.pointer).copyMemory(from: source, byteCount: body.count)
        return Contents(job: job, round: round, trailer: trailer)
    }
}
