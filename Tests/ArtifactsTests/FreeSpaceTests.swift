import Testing

@testable import Artifacts

struct FreeSpaceTests {
    @Test func answersForAFolderAndFailsForNone() throws {
        let folder = try ScratchFolder()
        #expect(try FreeSpace.bytes(at: folder.path) > 0)
        #expect(failureKind { _ = try FreeSpace.bytes(at: "/none/here") } == .notFound)
        #expect(
            failureKind { _ = try FreeSpace.isNetworkFilesystem(at: "/none/here") } == .notFound)
    }

    @Test func knowsTheKernelsOwnFilesystemsAsLocal() throws {
        #expect(try LinuxCalls.filesystemMagic(at: "/proc").get() == 0x9FA0)
        #expect(try !FreeSpace.isNetworkFilesystem(at: "/proc"))
    }

    @Test func knowsNetworkFilesystemsByTheirMagic() {
        #expect(FreeSpace.name(ofMagic: 0x6969) == "NFS")
        #expect(FreeSpace.name(ofMagic: 0xFF53_4D42) == "SMB")
        #expect(FreeSpace.name(ofMagic: 0xEF53) == nil)
    }
}
