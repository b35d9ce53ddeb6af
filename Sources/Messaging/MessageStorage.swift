private import CZeroMQ

/// libzmq message slots and frame views, allocated once per socket and used for every message.
final class MessageStorage {
    /// Views into the slots in use, without the routing id.
    private(set) var frames: [UnsafeRawBufferPointer] = []
    /// The first frame of a message that a router received.
    private(set) var routingID = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var isInUse = false

    private let slots: UnsafeMutablePointer<zmq_msg_t>
    private var usedSlots = 0
    // One more for the routing id.
    private let capacity = SocketLimits.maximumFramesPerMessage + 1

    init() {
        slots = .allocate(capacity: capacity)
        frames.reserveCapacity(capacity)
    }

    /// The slot for the next part, or nil when the message has too many.
    func nextSlot() -> UnsafeMutableRawPointer? {
        guard usedSlots < capacity else { return nil }
        let slot = slots + usedSlots
        zmq_msg_init(slot)
        usedSlots += 1
        return UnsafeMutableRawPointer(slot)
    }

    /// Makes the views; the first part is the routing id when `hasRoutingID`.
    func publish(hasRoutingID: Bool) {
        isInUse = true
        for index in 0..<usedSlots {
            let slot = slots + index
            let view = UnsafeRawBufferPointer(start: zmq_msg_data(slot), count: zmq_msg_size(slot))
            if index == 0, hasRoutingID {
                routingID = view
            } else {
                frames.append(view)
            }
        }
    }

    /// The metadata `User-Id` of the last part, which always came through the connection.
    func userID() -> String? {
        guard usedSlots > 0, let text = zmq_msg_gets(slots + (usedSlots - 1), "User-Id") else {
            return nil
        }
        return String(cString: text)
    }

    /// The descriptor of the connection the message came through; nil on inproc.
    func sourceDescriptor() -> Int32? {
        guard usedSlots > 0 else { return nil }
        let descriptor = zmq_msg_get(slots + (usedSlots - 1), ZMQ_SRCFD)
        return descriptor >= 0 ? descriptor : nil
    }

    /// Gives the message memory back; the views are invalid from here.
    func release() {
        for index in 0..<usedSlots { zmq_msg_close(slots + index) }
        usedSlots = 0
        frames.removeAll(keepingCapacity: true)
        routingID = UnsafeRawBufferPointer(start: nil, count: 0)
        isInUse = false
    }

    deinit {
        release()
        slots.deallocate()
    }
}
