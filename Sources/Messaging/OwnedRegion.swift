/// Keeps memory valid while libzmq sends from it; it is retained until then.
package protocol SendOwner: AnyObject, Sendable {
    /// Called on the sending thread each time a region is handed to libzmq.
    func sendStarted()
    /// Called once per `sendStarted` when libzmq reads it no longer, on an I/O thread: be quick.
    func sendCompleted()
}

/// Memory to send without a copy, and the object that keeps it valid and unchanged until then.
package struct OwnedRegion {
    /// The bytes of one frame.
    package let bytes: UnsafeRawBufferPointer
    /// Retained until libzmq has sent or dropped the frame.
    package let owner: any SendOwner

    /// Promises that `bytes` stay valid and unchanged until `owner.sendCompleted()`.
    package init(bytes: UnsafeRawBufferPointer, owner: any SendOwner) {
        self.bytes = bytes
        self.owner = owner
    }
}

/// Carries an owner through libzmq's `void *`; tells the owner of its begin and end.
final class RegionHold {
    private let owner: any SendOwner

    init(_ owner: any SendOwner) {
        self.owner = owner
        owner.sendStarted()
    }

    deinit {
        owner.sendCompleted()
    }
}
