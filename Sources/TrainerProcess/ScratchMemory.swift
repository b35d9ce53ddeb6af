import Glibc

/// Memory for values that are made once and then only read, given back with its owner.
///
/// Large ones lie in a file without a name, so that the kernel can write pages out and the process
/// stays small however large the set is.
final class ScratchMemory {
    /// From this size on a file is used.
    static let fileBytes = 64 << 20
    /// `O_TMPFILE`, which the C header hides from Swift.
    private static let unnamed: Int32 = 0o20_200_000

    let bytes: UnsafeMutableRawBufferPointer

    /// - Parameter folder: where a large file may lie.
    init(byteCount: Int, folder: String) throws {
        let count = max(byteCount, 1)
        var descriptor: Int32 = -1
        if count >= Self.fileBytes {
            descriptor = open(folder, Self.unnamed | O_RDWR | O_CLOEXEC, 0o600)
            if descriptor >= 0, ftruncate(descriptor, off_t(count)) != 0 {
                close(descriptor)
                descriptor = -1
            }
        }
        let flags = descriptor >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, flags, descriptor, 0)
        let code = errno
        if descriptor >= 0 { close(descriptor) }
        guard let address, address != MAP_FAILED else {
            throw TrainerFault.setUnusable(
                "\(count) bytes for the prepared rows cannot be had (error \(code)); use fewer"
                    + " columns, or hash instead of oneHot")
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: count)
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }
}
