/**
 * Python that looks for eight bytes in all of its own memory, what the fork took over from the worker included. In two halves, so that the search's own
 * copy is no hit. Pages that can be read are found by writing a byte of each into a pipe, since the table of them is shut.
 */
export const memorySearch = `
ctypes, resource = __import__("ctypes"), __import__("resource")
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_size_t
PAGE = resource.getpagesize()

def readable():
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    block = ctypes.create_string_buffer(4 << 20)
    large = ctypes.addressof(block)
    # Libraries and large blocks lie together; the heap lies far below.
    near = [place for place in (large, ctypes.cast(libc.write, ctypes.c_void_p).value, id(os), id(sys)) if abs(place - large) < 1 << 32]
    top = libc.sbrk(0)
    spans = [(top - (96 << 20), top), (min(near) - (192 << 20), max(near) + (64 << 20))]
    found = []
    for start, end in spans:
        for number, page in enumerate(range(start // PAGE * PAGE, end, PAGE)):
            if number % 1024 == 0:
                try:
                    os.read(reading, 65536)
                except BlockingIOError:
                    pass
            if libc.write(writing, ctypes.c_void_p(page), 1) != 1:
                continue
            if found and found[-1][1] == page:
                found[-1] = (found[-1][0], page + PAGE)
            else:
                found.append((page, page + PAGE))
    return found

def hits(first, second):
    count = 0
    for start, end in readable():
        for piece in range(start, end, 8 << 20):
            data = ctypes.string_at(piece, min(end, piece + (8 << 20)) - piece)
            at = data.find(first)
            while at >= 0:
                count += data[at + len(first):at + len(first) + len(second)] == second
                at = data.find(first, at + 1)
    return count
`;
