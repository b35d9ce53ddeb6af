private import Glibc

/// Calls of the C library that its Swift module does not show, found by name at run time.
enum LinuxCalls {
    private typealias StatFS =
        @convention(c) (UnsafePointer<CChar>, UnsafeMutableRawPointer) -> Int32
    private typealias RenameAt2 =
        @convention(c) (Int32, UnsafePointer<CChar>, Int32, UnsafePointer<CChar>, UInt32) -> Int32

    /// How `rename` treats what has the new name.
    enum RenameMode: UInt32 {
        case refuseExisting = 1
        case exchange = 2
    }

    /// The magic number of the filesystem of a path, or errno.
    static func filesystemMagic(at path: String) -> Result<UInt32, Errno> {
        guard let symbol = dlsym(nil, "statfs") else { return .failure(Errno(code: ENOSYS)) }
        let call = unsafeBitCast(symbol, to: StatFS.self)
        // struct statfs has 120 bytes; its first field, a machine word, is the magic number.
        return withUnsafeTemporaryAllocation(byteCount: 512, alignment: 16) { buffer in
            guard let base = buffer.baseAddress, call(path, base) == 0 else {
                return .failure(Errno(code: errno))
            }
            return .success(UInt32(truncatingIfNeeded: base.load(as: Int.self)))
        }
    }

    /// Renames with a condition; returns 0 or errno, ENOSYS or EINVAL where that is not offered.
    static func rename(_ source: String, to target: String, _ mode: RenameMode) -> Int32 {
        guard let symbol = dlsym(nil, "renameat2") else { return ENOSYS }
        let call = unsafeBitCast(symbol, to: RenameAt2.self)
        return call(AT_FDCWD, source, AT_FDCWD, target, mode.rawValue) == 0 ? 0 : errno
    }

    /// An error number as an error value.
    struct Errno: Error {
        var code: Int32
    }
}
